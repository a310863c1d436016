import type { Split } from "@fqgan/data";
import { toSignedUnit } from "@fqgan/image";
import { type HostTensor, hostTensor } from "@fqgan/tensor";

/** Every image of a split, [N, S, S, 3] float32 in [-1, 1]. */
export async function images(split: Split): Promise<HostTensor> {
  const pixels = await split.images(Int32Array.from({ length: split.count }, (_, i) => i));
  return hostTensor(toSignedUnit(pixels), [split.count, split.size, split.size, 3]);
}

/** Share of rows whose largest logit is at the label; labels of -1 (classes never trained) count as wrong. */
export function accuracy({ data, shape }: HostTensor, labels: Int32Array): number {
  const [count, classes] = shape as [number, number];
  let right = 0;
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * classes, (i + 1) * classes) as Float32Array;
    if (row.indexOf(row.reduce((most, value) => Math.max(most, value), -Infinity)) === labels[i])
      right++;
  }
  return right / count;
}

/** Rows scaled to length 1. */
export function unitRows({ data, shape }: HostTensor): Float32Array[] {
  const [count, columns] = shape as [number, number];
  return Array.from({ length: count }, (_, i) => {
    const row = data.subarray(i * columns, (i + 1) * columns) as Float32Array;
    const length = Math.hypot(...row);
    return row.map((value) => value / length);
  });
}

export const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
