import type { Band, CurveQuery, NamedBands } from "./api-types.js";
import type { Rows } from "./curve-store.js";

type Point = readonly [x: number, y: number];

const byLossFirst = (a: string, b: string) =>
  Number(b.includes("loss")) - Number(a.includes("loss")) || a.localeCompare(b);

/** The points of one metric of a run inside the asked range, and one beyond at each side: no gap at the edge. */
function pointsOf(rows: Rows, name: string, { axis, from, to }: CurveQuery): Point[] {
  const column = rows.columns.get(name);
  if (!column) return [];
  const x = axis === "seconds" ? rows.seconds : rows.step;
  const points = column.row.map((row, i): Point => [x[row]!, column.value[i]!]);
  const first = from === undefined ? 0 : points.findIndex(([at]) => at >= from);
  const last = to === undefined ? points.length - 1 : points.findLastIndex(([at]) => at <= to);
  if (first < 0) return points.slice(-1);
  return points.slice(Math.max(0, first - 1), last + 2);
}

/**
 * One band for one or more runs (the seeds of a setting): points at the same place are averaged. When
 * they are more than `limit`, neighbours share a bucket that keeps their mean, their lowest and their
 * highest value, so that no spike vanishes; the first and the last point stay as they are.
 */
export function bandOf(runs: readonly (readonly Point[])[], limit: number): Band {
  const at = new Map<number, number[]>();
  for (const points of runs)
    for (const [x, y] of points) {
      const values = at.get(x);
      if (values) values.push(y);
      else at.set(x, [y]);
    }
  const places = [...at].sort(([a], [b]) => a - b);
  const inner = Math.max(1, limit - 2);
  const buckets =
    places.length <= limit
      ? places.map((place) => [place])
      : [
          places.slice(0, 1),
          ...Array.from({ length: inner }, (_, i) => {
            const width = (places.length - 2) / inner;
            return places.slice(1 + Math.floor(i * width), 1 + Math.floor((i + 1) * width));
          }),
          places.slice(-1),
        ];
  const band = { x: [], mean: [], low: [], high: [] } as {
    [K in keyof Band]: (K extends "x" ? number : number | null)[];
  };
  for (const bucket of buckets) {
    let [sum, count, low, high] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const [, values] of bucket)
      for (const value of values) {
        if (!Number.isFinite(value)) continue;
        sum += value;
        count += 1;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    band.x.push(bucket[Math.floor(bucket.length / 2)]![0]);
    band.mean.push(count ? sum / count : null);
    band.low.push(count ? low : null);
    band.high.push(count ? high : null);
  }
  return band;
}

/** Curves of groups of runs, by metric: one band a group. Losses first. */
export function queryCurves(groups: readonly (readonly Rows[])[], query: CurveQuery): NamedBands {
  const known = new Set(groups.flat().flatMap((rows) => [...rows.columns.keys()]));
  const names = query.names.length > 0 ? query.names.filter((name) => known.has(name)) : [...known];
  return Object.fromEntries(
    names.sort(byLossFirst).map((name) => [
      name,
      groups.map((runs) =>
        bandOf(
          runs.map((rows) => pointsOf(rows, name, query)),
          query.points,
        ),
      ),
    ]),
  );
}
