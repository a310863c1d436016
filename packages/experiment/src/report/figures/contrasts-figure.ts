import type { SweepRecord } from "../../schema/sweep-format.js";
import {
  contrastsGrid,
  type FilledContrast,
  inSmallestEffects,
  type Verdict,
  verdictWords,
} from "../contrasts.js";
import { escapeHtml } from "../html/markup.js";

const COLOURS: Readonly<Record<Verdict, string>> = {
  supported: "#228833",
  opposite: "#cc3344",
  "not supported": "#bb7744",
  "not resolvable": "#777777",
  "not run": "#777777",
};

const AXIS = 360;
const TOP = 46;
const ROW = 20;
/** In smallest effects that matter; what lies outside ends in an arrow. */
const FAR = 6;
/** Room for texts at this size, at most. */
const widthOf = (texts: readonly string[]) =>
  24 + 6.2 * Math.max(...texts.map((text) => text.length));

/**
 * A sweep's contrasts one under the other: improvement with its 95 % interval, in units of the smallest effect that
 * matters, so that different numbers share an axis; 0 is no difference, right of 1 matters.
 * @returns undefined where no contrast has run
 */
export function contrastsFigure(
  record: SweepRecord,
  filled: readonly FilledContrast[],
): string | undefined {
  const effects = filled.map(inSmallestEffects);
  const ends = effects.flatMap((effect) => (effect ? [effect.low, effect.high] : []));
  if (ends.length === 0) return undefined;
  const low = Math.max(-FAR, Math.floor(Math.min(-1.5, ...ends)));
  const high = Math.min(FAR, Math.ceil(Math.max(2, ...ends)));
  const { rows } = contrastsGrid(record, filled);
  const outcomes = filled.map((one) => `${verdictWords(one)}, ${one.contrast.metric.title}`);
  const left = widthOf(rows.map(({ label }) => label));
  const width = Math.ceil(left + AXIS + widthOf(outcomes));
  const px = (value: number) =>
    left + (AXIS * (Math.min(high, Math.max(low, value)) - low)) / (high - low);
  const height = TOP + ROW * filled.length + 40;
  const bottom = height - 36;
  const text = (x: number, y: number, content: string, more = "") =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="11" font-family="sans-serif" ${/fill=/.test(more) ? "" : 'fill="#333"'} ${more}>${escapeHtml(content)}</text>`;
  const marked = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const axis = marked.flatMap((value) => [
    `<line x1="${px(value).toFixed(1)}" x2="${px(value).toFixed(1)}" y1="${TOP - 8}" y2="${bottom}" ` +
      `stroke="${value === 0 ? "#555" : value === 1 ? "#228833" : "#e4e4e4"}" ${value === 1 ? 'stroke-dasharray="4 3"' : ""}/>`,
    text(px(value), bottom + 14, String(value).replace("-", "−"), 'text-anchor="middle"'),
  ]);
  const lines = filled.map(({ verdict }, i) => {
    const y = TOP + ROW * i + ROW / 2;
    const colour = COLOURS[verdict];
    const label = text(left - 12, y + 4, rows[i]!.label, 'text-anchor="end"');
    const words = text(left + AXIS + 12, y + 4, outcomes[i]!, `fill="${colour}"`);
    const effect = effects[i];
    if (!effect) return label + words;
    const { low: from, mean, high: to } = effect;
    const arrow = (value: number, direction: -1 | 1) => {
      const x = px(value);
      return direction * value > direction * (direction < 0 ? low : high)
        ? `<path d="M${x.toFixed(1)} ${y}l${-6 * direction} -4v8z" fill="${colour}"/>`
        : "";
    };
    const isSeen = mean >= low && mean <= high;
    return (
      `${label}<line x1="${px(from).toFixed(1)}" x2="${px(to).toFixed(1)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>` +
      `${arrow(from, -1)}${arrow(to, 1)}` +
      (isSeen ? `<circle cx="${px(mean).toFixed(1)}" cy="${y}" r="4" fill="${colour}"/>` : "") +
      words
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
    `<rect width="${width}" height="${height}" fill="#fff"/>` +
    text(left, 18, `${record.title}: contrasts`, 'font-weight="bold"') +
    axis.join("") +
    lines.join("") +
    text(
      left + AXIS / 2,
      height - 6,
      "improvement, in smallest effects that matter, 95 % intervals",
      'text-anchor="middle"',
    ) +
    "</svg>\n"
  );
}
