import { escapeHtml, seriesColour, ticks } from "../html/markup.js";

/** A mark of a plot, with its standard deviation where several repetitions are behind it. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly deviation?: number | undefined;
  /** What it is, shown under the pointer. */
  readonly label?: string;
}

/** Marks of one colour, joined in order of x. */
export interface PlotLine {
  readonly name: string;
  readonly points: readonly PlotPoint[];
}

/** Of the axes. */
const PLOT = 316;
const HEIGHT = 320;
const LEFT = 54;
const TOP = 28;
const BOTTOM = 44;

/**
 * Lines with dots over two axes, and a legend, as SVG.
 * @param options scale: of x; fromZero: the y axis starts at 0 and not below the lowest mark
 */
export function linePlot(
  lines: readonly PlotLine[],
  options: {
    readonly title: string;
    readonly xTitle: string;
    readonly scale: "linear" | "log2";
    readonly fromZero: boolean;
  },
): string {
  const { title, xTitle, scale, fromZero } = options;
  const all = lines.flatMap(({ points }) => points);
  const place = scale === "log2" ? Math.log2 : (x: number) => x;
  const [lowX, highX, xTicks] = xAxis(
    all.map(({ x }) => place(x)),
    scale,
  );
  const tops = all.map(({ y, deviation = 0 }) => y + deviation);
  const bottoms = all.map(({ y, deviation = 0 }) => y - deviation);
  const margin = 0.08 * (Math.max(...tops) - (fromZero ? 0 : Math.min(...bottoms)) || 1);
  const highY = Math.max(...tops) + margin;
  const lowY = fromZero ? 0 : Math.min(...bottoms) - margin;
  const right = LEFT + PLOT;
  const width = Math.max(
    480,
    Math.ceil(right + 40 + 6.2 * Math.max(...lines.map(({ name }) => name.length))),
  );
  const px = (x: number) => LEFT + (PLOT * (place(x) - lowX)) / (highX - lowX);
  const py = (y: number) => TOP + ((HEIGHT - TOP - BOTTOM) * (highY - y)) / (highY - lowY);
  const text = (x: number, y: number, content: string, more = "") =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="11" font-family="sans-serif" fill="#333" ${more}>${escapeHtml(content)}</text>`;
  const written = (value: number) =>
    Number(value.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 6 });
  const axes = [
    ...xTicks.map((x) => text(px(x), HEIGHT - BOTTOM + 16, written(x), 'text-anchor="middle"')),
    ...ticks(lowY, highY, 7).flatMap((value) => [
      `<line x1="${LEFT}" x2="${right}" y1="${py(value).toFixed(1)}" y2="${py(value).toFixed(1)}" stroke="#ddd"/>`,
      text(LEFT - 6, py(value) + 4, written(value), 'text-anchor="end"'),
    ]),
    text(LEFT + PLOT / 2, HEIGHT - 8, xTitle, 'text-anchor="middle"'),
    text(LEFT, 16, title, 'font-weight="bold"'),
  ];
  const series = lines.map(({ name, points }, i) => {
    const colour = seriesColour(i);
    const sorted = [...points].sort((a, b) => a.x - b.x);
    const path = sorted.map(({ x, y }) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
    const marks = sorted.map(({ x, y, deviation, label }) => {
      const bar = deviation
        ? `<line x1="${px(x).toFixed(1)}" x2="${px(x).toFixed(1)}" y1="${py(y - deviation).toFixed(1)}" y2="${py(y + deviation).toFixed(1)}" stroke="${colour}" stroke-width="1.5" opacity="0.6"/>`
        : "";
      const named = label === undefined ? "" : `<title>${escapeHtml(label)}</title>`;
      return `${bar}<circle cx="${px(x).toFixed(1)}" cy="${py(y).toFixed(1)}" r="4" fill="${colour}">${named}</circle>`;
    });
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path}"/>${marks.join("")}` +
      `<rect x="${right + 12}" y="${TOP + 18 * i}" width="10" height="10" fill="${colour}"/>` +
      text(right + 27, TOP + 9 + 18 * i, name)
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}">` +
    `<rect width="${width}" height="${HEIGHT}" fill="#fff"/>${axes.join("")}${series.join("")}</svg>\n`
  );
}

/** Its ends, as places, and the values to write below it. */
function xAxis(places: readonly number[], scale: "linear" | "log2"): [number, number, number[]] {
  const [low, high] = [Math.min(...places), Math.max(...places)];
  if (scale === "log2") {
    const [first, last] = [Math.floor(low - 0.25), Math.ceil(high + 0.25)];
    const every = Math.max(1, Math.ceil((last - first) / 8));
    const count = Math.floor((last - first) / every) + 1;
    return [first, last, Array.from({ length: count }, (_, i) => 2 ** (first + i * every))];
  }
  const margin = 0.06 * (high - low || Math.abs(high) || 1);
  return [low - margin, high + margin, ticks(low - margin, high + margin, 7)];
}
