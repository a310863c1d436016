import { join } from "node:path";
import type { SweepRecord } from "../../schema/sweep-format.js";
import { readRunConfig, readRunStatus, readSummary } from "../../store/read-run.js";
import { linePlot } from "./line-plot.js";

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

/** Mean of the runs of a family and size; a family with several sizes is a line. */
export function codebookSizeFigure(
  title: string,
  points: readonly SizePoint[],
): string | undefined {
  if (points.length < 2) return undefined;
  const families = [...new Set(points.map(({ family }) => family))];
  const lines = families.map((family) => {
    const own = points.filter((point) => point.family === family);
    const sizes = [...new Set(own.map(({ size }) => size))];
    const means = sizes.map((size) => {
      const values = own.filter((point) => point.size === size).map(({ rfid }) => rfid);
      return { x: size, y: values.reduce((sum, value) => sum + value, 0) / values.length };
    });
    return { name: family, points: means };
  });
  return linePlot(lines, {
    title: `${title}: rFID ↓`,
    xTitle: "codes, all codebooks together",
    scale: "log2",
    fromZero: true,
  });
}
