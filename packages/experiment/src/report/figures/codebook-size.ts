import { join } from "node:path";
import type { SweepRecord } from "../../schema/sweep-format.js";
import { readRunConfig, readRunStatus, readSummary } from "../../store/read-run.js";
import { escapeHtml, seriesColour } from "../html/markup.js";

export interface SizePoint {
  /** What the series is: "vq", "vq × 2". */
  readonly family: string;
  /** Code vectors of all codebooks together. */
  readonly size: number;
  readonly rfid: number;
}

/** rFID of a sweep's tokenizers against the size of their codebooks: the paper's Figure 1. */
export function sizePoints(runsFolder: string, record: SweepRecord): SizePoint[] {
  const ids = new Set(record.points.flatMap(({ stages }) => stages.tokenizer ?? []));
  const points = [...ids].flatMap((id) => {
    const folder = join(runsFolder, id);
    const rfid =
      readRunStatus(folder) === "done" ? readSummary(folder)?.metrics["test/fid"] : undefined;
    if (rfid === undefined || !Number.isFinite(rfid)) return [];
    const { model } = readRunConfig(folder).config as {
      model: { codebooks: Record<string, { quantizer: { name: string; size?: number } }> };
    };
    const quantizers = Object.values(model.codebooks).map(({ quantizer }) => quantizer);
    const size = quantizers.reduce((sum, quantizer) => sum + (quantizer.size ?? Number.NaN), 0);
    // A quantizer without a list of codes has no place on this axis.
    if (!Number.isFinite(size)) return [];
    const names = [...new Set(quantizers.map(({ name }) => name))].join(" + ");
    const family = quantizers.length > 1 ? `${names} × ${quantizers.length}` : names;
    return [{ family, size, rfid, row: rowOf(record, id) }];
  });
  // Rows of one family and size are not one method: each keeps its own name.
  return points.map(({ row, ...point }) => {
    const isAlone = points.every(
      (other) => other.family !== point.family || other.size !== point.size || other.row === row,
    );
    return isAlone || row === "" ? point : { ...point, family: row };
  });
}

/** What the points of a tokenizer have in common, without the seed. */
function rowOf(record: SweepRecord, id: string): string {
  const own = record.points.filter(({ stages }) => stages.tokenizer === id);
  const { axes } = own[0]!;
  const common = Object.keys(axes).filter(
    (axis) =>
      record.axes[axis]?.length !== 1 &&
      !record.repeats?.includes(axis) &&
      own.every((point) => point.axes[axis] === axes[axis]),
  );
  return common.map((axis) => axes[axis]).join(" · ");
}

/** Of the axes. */
const PLOT = 316;
const HEIGHT = 320;
const LEFT = 54;
const TOP = 28;
const BOTTOM = 44;

/** Mean of the runs of a family and size; a family with several sizes is a line. */
export function codebookSizeFigure(
  title: string,
  points: readonly SizePoint[],
): string | undefined {
  if (points.length < 2) return undefined;
  const families = [...new Set(points.map(({ family }) => family))];
  const means = families.map((family) => {
    const own = points.filter((point) => point.family === family);
    const sizes = [...new Set(own.map(({ size }) => size))].sort((a, b) => a - b);
    return sizes.map((size) => {
      const values = own.filter((point) => point.size === size).map(({ rfid }) => rfid);
      return { size, rfid: values.reduce((sum, value) => sum + value, 0) / values.length };
    });
  });
  const logs = points.map(({ size }) => Math.log2(size));
  const [lowX, highX] = [Math.floor(Math.min(...logs) - 0.25), Math.ceil(Math.max(...logs) + 0.25)];
  const highY = 1.08 * Math.max(...points.map(({ rfid }) => rfid));
  const right = LEFT + PLOT;
  const width = Math.max(
    480,
    Math.ceil(right + 40 + 6.2 * Math.max(...families.map((name) => name.length))),
  );
  const px = (size: number) => LEFT + (PLOT * (Math.log2(size) - lowX)) / (highX - lowX);
  const py = (rfid: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - rfid / highY);
  const text = (x: number, y: number, content: string, more = "") =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="11" font-family="sans-serif" fill="#333" ${more}>${escapeHtml(content)}</text>`;
  const every = Math.max(1, Math.ceil((highX - lowX) / 8));
  const xTicks = Array.from(
    { length: Math.floor((highX - lowX) / every) + 1 },
    (_, i) => 2 ** (lowX + i * every),
  );
  const yTicks = Array.from({ length: 5 }, (_, i) => (highY * i) / 4);
  const axes = [
    ...xTicks.map((size) =>
      text(px(size), HEIGHT - BOTTOM + 16, size.toLocaleString("en"), 'text-anchor="middle"'),
    ),
    ...yTicks.flatMap((value) => [
      `<line x1="${LEFT}" x2="${right}" y1="${py(value).toFixed(1)}" y2="${py(value).toFixed(1)}" stroke="#ddd"/>`,
      text(
        LEFT - 6,
        py(value) + 4,
        Number(value.toPrecision(2)).toLocaleString("en"),
        'text-anchor="end"',
      ),
    ]),
    text(LEFT + PLOT / 2, HEIGHT - 8, "codes, all codebooks together", 'text-anchor="middle"'),
    text(LEFT, 16, `${title}: rFID ↓`, 'font-weight="bold"'),
  ];
  const series = means.map((line, i) => {
    const colour = seriesColour(i);
    const path = line
      .map(({ size, rfid }) => `${px(size).toFixed(1)},${py(rfid).toFixed(1)}`)
      .join(" ");
    const dots = line.map(
      ({ size, rfid }) =>
        `<circle cx="${px(size).toFixed(1)}" cy="${py(rfid).toFixed(1)}" r="4" fill="${colour}"/>`,
    );
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path}"/>${dots.join("")}` +
      `<rect x="${right + 12}" y="${TOP + 18 * i}" width="10" height="10" fill="${colour}"/>` +
      text(right + 27, TOP + 9 + 18 * i, families[i]!)
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" width="${width}" height="${HEIGHT}">` +
    `<rect width="${width}" height="${HEIGHT}" fill="#fff"/>${axes.join("")}${series.join("")}</svg>\n`
  );
}
