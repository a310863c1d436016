import type { Split, SplitName } from "./dataset.js";
import { takeView } from "./view.js";

/** A split whose images all lie in memory as one array. */
export interface MemorySplitData {
  readonly name: SplitName;
  readonly size: number;
  /** [count, S, S, 3] uint8 */
  readonly pixels: Uint8Array;
  /** [count, S, S] uint8, when the subjects have an outline */
  readonly masks?: Uint8Array;
  readonly labels: Int32Array;
  readonly ids: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** Rows `indices` of an array of equally long rows. */
export function takeRows(rows: Uint8Array, length: number, indices: ArrayLike<number>): Uint8Array {
  const taken = new Uint8Array(indices.length * length);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * length;
    taken.set(rows.subarray(from, from + length), i * length);
  }
  return taken;
}

export function memorySplit(data: MemorySplitData): Split {
  const { name, size, pixels, masks, labels, ids, attributes } = data;
  const length = size * size * 3;
  return {
    name,
    count: labels.length,
    size,
    labels,
    ids,
    attributes,
    async images(indices, views) {
      const taken = takeRows(pixels, length, indices);
      views?.forEach((view, i) => {
        const row = taken.subarray(i * length, (i + 1) * length);
        const image = { width: size, height: size, channels: 3, data: row.slice() };
        row.set(takeView(image, size, view).data);
      });
      return taken;
    },
    ...(masks && { masks: async (indices) => takeRows(masks, size * size, indices) }),
  };
}
