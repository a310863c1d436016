import { readMetrics } from "@fqgan/experiment";
import type { Curve } from "./api-types.js";

/** Row fields that are coordinates, not measurements. */
const COORDINATES = new Set(["step", "time", "elapsedMs"]);

/**
 * Thins a curve to at most about `limit` points: each bucket of neighbouring steps keeps its lowest and
 * its highest value, so that no spike vanishes; the ends are always kept.
 */
export function thinOut(points: readonly (readonly [number, number])[], limit: number): Curve {
  const finite = ([step, value]: readonly [number, number]) =>
    [step, Number.isFinite(value) ? value : null] as const;
  let kept = points.map(finite);
  if (points.length > limit) {
    const buckets = Math.max(1, Math.floor((limit - 2) / 2));
    const inner = kept.slice(1, -1);
    const width = inner.length / buckets;
    const chosen = Array.from({ length: buckets }, (_, bucket) => {
      const slice = inner.slice(Math.floor(bucket * width), Math.floor((bucket + 1) * width));
      const known = slice.filter(([, value]) => value !== null) as [number, number][];
      if (known.length === 0) return slice.slice(0, 1);
      const lowest = known.reduce((a, b) => (b[1] < a[1] ? b : a));
      const highest = known.reduce((a, b) => (b[1] > a[1] ? b : a));
      if (lowest === highest) return [lowest];
      return lowest[0] < highest[0] ? [lowest, highest] : [highest, lowest];
    });
    kept = [kept[0]!, ...chosen.flat(), kept.at(-1)!];
  }
  return { step: kept.map(([step]) => step), value: kept.map(([, value]) => value) };
}

/** Every curve of a run by name, losses first. */
export function readCurves(folder: string, limit: number): Record<string, Curve> {
  const points = new Map<string, [number, number][]>();
  for (const row of readMetrics(folder))
    for (const [name, value] of Object.entries(row)) {
      if (COORDINATES.has(name)) continue;
      const curve = points.get(name) ?? [];
      curve.push([row.step, value]);
      points.set(name, curve);
    }
  const named = [...points].sort(
    ([a], [b]) => Number(b.includes("loss")) - Number(a.includes("loss")),
  );
  return Object.fromEntries(named.map(([name, curve]) => [name, thinOut(curve, limit)]));
}
