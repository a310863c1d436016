/**
 * The order in which an array's axes lie in memory: place `i` holds the logical axis `layout[i]`.
 * A value of the graph may exist in several layouts; a transposition in the program then costs
 * nothing, and a chain of convolutions stays channels-first (the layout [0, 3, 1, 2]) all along.
 */
export type Layout = readonly number[];

export const channelsFirst: Layout = [0, 3, 1, 2];

export const natural = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);

export const isNatural = (layout: Layout): boolean => layout.every((axis, place) => axis === place);

export const sameLayout = (a: Layout, b: Layout): boolean =>
  a.length === b.length && a.every((axis, place) => axis === b[place]);

/** The sides of an array in the order of its layout. */
export const arranged = (shape: readonly number[], layout: Layout): number[] =>
  layout.map((axis) => shape[axis]!);

/** ONNX Transpose's `perm` that takes an array from one layout to another. */
export const permutation = (from: Layout, to: Layout): number[] =>
  to.map((axis) => from.indexOf(axis));

/** Whether two layouts hold the elements in the same order: they differ in axes of length 1 only. */
export function sameOrder(shape: readonly number[], a: Layout, b: Layout): boolean {
  const long = (layout: Layout) => layout.filter((axis) => shape[axis] !== 1);
  return sameLayout(long(a), long(b));
}

/** Pairs of runs of axes, from left to right, that hold the same number of elements. */
function matchAxes(from: readonly number[], to: readonly number[]) {
  const groups: { from: number[]; to: number[] }[] = [];
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    const group = { from: [] as number[], to: [] as number[] };
    let left = 1;
    let right = 1;
    do {
      if (i < from.length && (left <= right || j >= to.length)) {
        left *= from[i]!;
        group.from.push(i++);
      } else {
        right *= to[j]!;
        group.to.push(j++);
      }
    } while (left !== right && (i < from.length || j < to.length));
    groups.push(group);
  }
  return groups;
}

/**
 * The layout of an array after a reshape that does not move its elements, or undefined where the
 * reshape merges axes that do not lie side by side.
 */
export function reshapedLayout(
  layout: Layout,
  from: readonly number[],
  to: readonly number[],
): Layout | undefined {
  const result: number[] = [];
  const places = layout.filter((axis) => from[axis] !== 1);
  const groups = matchAxes(from, to).map((group) => ({
    from: group.from.filter((axis) => from[axis] !== 1),
    to: group.to.filter((axis) => to[axis] !== 1),
  }));
  for (let place = 0; place < places.length; ) {
    const group = groups.find(({ from: axes }) => axes.includes(places[place]!))!;
    if (!sameLayout(group.from, places.slice(place, place + group.from.length))) return undefined;
    result.push(...group.to);
    place += group.from.length;
  }
  // Axes of length 1 follow the axis before them.
  for (const [axis, side] of to.entries())
    if (side === 1) result.splice(axis === 0 ? 0 : result.indexOf(axis - 1) + 1, 0, axis);
  return result.length === to.length ? result : undefined;
}
