import { escapeHtml, seriesColour, ticks } from "./markup.js";

export interface Series {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 420;
const HEIGHT = 200;
const LEFT = 46;
const BOTTOM = 24;
const TOP = 8;
const RIGHT = 8;
/** Points that a curve of this width can show. */
const MAX_POINTS = 400;

const label = (value: number): string =>
  Math.abs(value) >= 10_000 ? `${value / 1000}k` : String(Number(value.toPrecision(3)));

/** Every n-th point, the last always. */
function thin(points: Series["points"]): Series["points"] {
  const every = Math.ceil(points.length / MAX_POINTS);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

/** A line chart over steps as inline SVG; undefined where there is nothing to draw. */
export function curveChart(title: string, series: readonly Series[]): string | undefined {
  const finite = series.map(({ label: name, points }) => ({
    label: name,
    points: thin(points.filter(({ y }) => Number.isFinite(y))),
  }));
  const all = finite.flatMap(({ points }) => points);
  if (all.length < 2) return undefined;
  const maxX = Math.max(...all.map(({ x }) => x));
  const lowY = Math.min(...all.map(({ y }) => y));
  const highY = Math.max(...all.map(({ y }) => y));
  const margin = (highY - lowY || Math.abs(highY) || 1) * 0.05;
  const [low, high] = [lowY - margin, highY + margin];
  const px = (x: number) => LEFT + ((WIDTH - LEFT - RIGHT) * x) / maxX;
  const py = (y: number) => TOP + ((HEIGHT - TOP - BOTTOM) * (high - y)) / (high - low);
  const grid = [
    ...ticks(low, high).map(
      (y) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(y).toFixed(1)}" y2="${py(y).toFixed(1)}"/>` +
        `<text x="${LEFT - 5}" y="${(py(y) + 3.5).toFixed(1)}" text-anchor="end">${label(y)}</text>`,
    ),
    ...ticks(0, maxX).map(
      (x) =>
        `<text x="${px(x).toFixed(1)}" y="${HEIGHT - 7}" text-anchor="middle">${label(x)}</text>`,
    ),
  ];
  const lines = finite.map(({ label: name, points }, i) => {
    const only = points.length === 1 ? points[0] : undefined;
    if (only)
      return `<circle cx="${px(only.x).toFixed(1)}" cy="${py(only.y).toFixed(1)}" r="2.5" fill="${seriesColour(i)}"/>`;
    const path = points.map(({ x, y }) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
    return (
      `<polyline fill="none" stroke="${seriesColour(i)}" stroke-width="1.6" points="${path}">` +
      `<title>${escapeHtml(name)}</title></polyline>`
    );
  });
  return (
    `<figure class="chart"><figcaption>${escapeHtml(title)}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)} by step">` +
    `${grid.join("")}${lines.join("")}</svg></figure>`
  );
}

/** Which colour is which. */
export function legend(labels: readonly string[]): string {
  const items = labels.map(
    (name, i) => `<span><i style="background:${seriesColour(i)}"></i>${escapeHtml(name)}</span>`,
  );
  return `<p class="legend">${items.join(" ")}</p>`;
}
