import { join } from "node:path";
import { decodeImage, toSignedUnit } from "@fqgan/image";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Fixture } from "./fixture.js";

/** One image file: [1, H, W, 3] in [-1, 1] */
export async function readBatch({ folder }: Fixture, file: string): Promise<HostTensor> {
  const { height, width, data } = await decodeImage(join(folder, file));
  return hostTensor(toSignedUnit(data), [1, height, width, 3]);
}

/** Rows under each other: [n, …] */
export function stacked(rows: readonly HostTensor[]): HostTensor {
  const count = rows.reduce((sum, { shape }) => sum + shape[0]!, 0);
  const data = new Float32Array(rows.reduce((sum, row) => sum + row.data.length, 0));
  let at = 0;
  for (const row of rows) {
    data.set(row.data, at);
    at += row.data.length;
  }
  return hostTensor(data, [count, ...rows[0]!.shape.slice(1)]);
}

/** Image files as batches of those that follow one another and have one size. */
export async function readBatches(
  fixture: Fixture,
  files: readonly string[],
): Promise<HostTensor[]> {
  const groups: HostTensor[][] = [];
  for (const file of files) {
    const image = await readBatch(fixture, file);
    const last = groups.at(-1);
    if (last && last[0]!.shape.join() === image.shape.join()) last.push(image);
    else groups.push([image]);
  }
  return groups.map(stacked);
}
