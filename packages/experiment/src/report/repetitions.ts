import type { SweepPoint, SweepRecord } from "../schema/sweep-format.js";

/**
 * What a point repeats a row by: its seed, and where a sweep says that some axes are repetitions too (folds
 * of the data), those. Two rows are compared within a repetition.
 */
export function repetitionOf(
  record: Pick<SweepRecord, "points" | "repeats">,
): (point: Pick<SweepPoint, "seed" | "axes">) => number {
  const { repeats = [] } = record;
  if (repeats.length === 0) return ({ seed }) => seed;
  const keyOf = ({ seed, axes }: Pick<SweepPoint, "seed" | "axes">) =>
    JSON.stringify([...repeats.map((axis) => axes[axis]), seed]);
  const numbers = new Map<string, number>();
  for (const point of record.points) {
    const key = keyOf(point);
    if (!numbers.has(key)) numbers.set(key, numbers.size);
  }
  return (point) => numbers.get(keyOf(point))!;
}

/** Values of repetitions as means over the seeds of each fold: by fold, numbered as they come. */
export function foldMeans(
  record: Pick<SweepRecord, "points" | "repeats">,
  values: ReadonlyMap<number, number>,
): Map<number, number> {
  const { repeats = [] } = record;
  const repetition = repetitionOf(record);
  const folds = new Map<string, Set<number>>();
  for (const point of record.points) {
    const key = JSON.stringify(repeats.map((axis) => point.axes[axis]));
    folds.set(key, (folds.get(key) ?? new Set()).add(repetition(point)));
  }
  const means = [...folds.values()].map((members) => {
    const known = [...members].flatMap((member) => values.get(member) ?? []);
    return known.length > 0
      ? known.reduce((sum, value) => sum + value, 0) / known.length
      : undefined;
  });
  return new Map(means.flatMap((mean, fold) => (mean === undefined ? [] : [[fold, mean]])));
}
