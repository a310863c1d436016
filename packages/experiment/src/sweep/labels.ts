import type { GridPoint } from "./expand.js";
import type { SweepFile } from "./sweep-file.js";

/** The labels of axis values that change anything, and the seed if there are several. */
export function pointLabel(
  file: SweepFile,
  { axes, seed }: Pick<GridPoint, "axes" | "seed">,
): string {
  const seeds = file.seeds.length > 1 ? [`seed ${seed}`] : [];
  return (
    [
      ...Object.entries(axes).flatMap(([axis, label]) => axisWord(file, axis, label)),
      ...seeds,
    ].join(" · ") || file.name
  );
}

function axisWord(file: SweepFile, axis: string, label: string): string[] {
  const values = file.axes[axis]!;
  // What every point has sets none apart.
  if (Object.keys(values).length === 1) return [];
  if (Array.isArray(values)) return [`${axis.split(".").at(-1)} ${label}`];
  // Where a point ends is no property of its stages.
  const paths = Object.keys(values[label]!);
  return paths.length > 0 && paths.every((path) => path === "until") ? [] : [label];
}

/** What all points that share a stage have in common; a few points that have nothing in common by name. */
export function stageLabel(file: SweepFile, points: readonly GridPoint[]): string {
  const first = points[0]!;
  const common = Object.entries(first.axes).filter(([axis, label]) =>
    points.every((point) => point.axes[axis] === label),
  );
  const words = common.flatMap(([axis, label]) => axisWord(file, axis, label));
  const oneSeed = file.seeds.length > 1 && points.every(({ seed }) => seed === first.seed);
  const seed = oneSeed ? [`seed ${first.seed}`] : [];
  return [...(words.length > 0 ? words : namesOf(file, points)), ...seed].join(" · ") || file.name;
}

/** "LlamaGen-L and LlamaGen-XL", where the points are two or three of an axis. */
function namesOf(file: SweepFile, points: readonly GridPoint[]): string[] {
  const axes = Object.keys(points[0]!.axes).flatMap((axis) => {
    const labels = [...new Set(points.map((point) => point.axes[axis]!))];
    const isSome = labels.length < Object.keys(file.axes[axis]!).length && labels.length < 4;
    return isSome ? [labels.flatMap((label) => axisWord(file, axis, label)).join(" and ")] : [];
  });
  return axes.filter((names) => names !== "");
}
