import type { UsageRow } from "../../schema/run-format.js";
import { escapeHtml, seriesColour } from "./markup.js";

const WIDTH = 260;
const HEIGHT = 90;
/** Bars that fit; more codes share a bar. */
const MAX_BARS = 256;

/** How often each code was chosen, from the most to the least used, as inline SVG. */
export function usageChart({ codebook, counts }: UsageRow, colour: number): string {
  const sorted = [...counts].sort((a, b) => b - a);
  const used = sorted.filter((count) => count > 0).length;
  const perBar = Math.ceil(sorted.length / MAX_BARS);
  const bars = Array.from({ length: Math.ceil(sorted.length / perBar) }, (_, i) => {
    const part = sorted.slice(i * perBar, (i + 1) * perBar);
    return part.reduce((sum, count) => sum + count, 0) / part.length;
  });
  const highest = Math.max(1, ...bars);
  const width = WIDTH / bars.length;
  const rectangles = bars.map((count, i) => {
    const height = (HEIGHT * count) / highest;
    return `<rect x="${(i * width).toFixed(2)}" y="${(HEIGHT - height).toFixed(2)}" width="${(width * 0.9).toFixed(2)}" height="${height.toFixed(2)}"/>`;
  });
  const percent = Math.round((100 * used) / sorted.length);
  const caption = `${codebook}: ${used} of ${sorted.length} codes used (${percent} %)`;
  return (
    `<figure class="chart usage"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" ` +
    `aria-label="${escapeHtml(caption)}" fill="${seriesColour(colour)}">${rectangles.join("")}</svg>` +
    `<figcaption>${escapeHtml(caption)}</figcaption></figure>`
  );
}
