import { createKey } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { type RejectedFile, type Split, UnreadableImagesError } from "./dataset.js";
import { evaluationBatches } from "./evaluation.js";
import { createLoader } from "./loader.js";
import { memorySplit } from "./memory-split.js";

const size = 8;
const length = size * size * 3;
const key = createKey(7);

/** Image i is filled with the value i, its label is i mod 3. */
function numbered(count: number): Split {
  const pixels = Uint8Array.from({ length: count * length }, (_, i) => Math.floor(i / length));
  return memorySplit({
    name: "train",
    size,
    pixels,
    labels: Int32Array.from({ length: count }, (_, i) => i % 3),
    ids: Array.from({ length: count }, (_, i) => `image ${i}`),
    attributes: {},
  });
}

describe("createLoader", () => {
  it("visits every image once an epoch, across batch borders", async () => {
    const loader = createLoader(numbered(10), { batchSize: 4, key });
    const seen: number[] = [];
    for (let step = 0; step < 5; step++) seen.push(...(await loader.batch(step)).indices);
    const sorted = (values: number[]) => values.toSorted((a, b) => a - b);
    const all = Array.from({ length: 10 }, (_, i) => i);
    expect(sorted(seen.slice(0, 10))).toEqual(all);
    expect(sorted(seen.slice(10, 20))).toEqual(all);
    expect(seen.slice(0, 10)).not.toEqual(seen.slice(10, 20));
    expect(loader.stepsPerEpoch).toBe(2.5);
  });

  it("gives pixels in [-1, 1] and labels that belong to the indices", async () => {
    const { images, labels, indices } = await createLoader(numbered(10), {
      batchSize: 4,
      key,
    }).batch(3);
    expect(images.shape).toEqual([4, size, size, 3]);
    expect(labels.shape).toEqual([4]);
    indices.forEach((index, i) => {
      expect(labels.data[i]).toBe(index % 3);
      expect(images.data[i * length]).toBeCloseTo(index / 127.5 - 1, 6);
    });
  });

  it("resumes at any step with the same batch, augmented or not", async () => {
    const gradient = memorySplit({
      name: "train",
      size,
      pixels: Uint8Array.from({ length: 20 * length }, (_, i) => (i * 7) % 256),
      labels: new Int32Array(20),
      ids: Array.from({ length: 20 }, (_, i) => `${i}`),
      attributes: {},
    });
    const augmentation = { crop: 1.25, flip: true };
    const inOrder = createLoader(gradient, { batchSize: 6, key, augmentation });
    for (let step = 0; step < 5; step++) await inOrder.batch(step);
    const sixth = await inOrder.batch(5);
    const resumed = await createLoader(gradient, { batchSize: 6, key, augmentation }).batch(5);
    expect(resumed).toEqual(sixth);
    const plain = await createLoader(gradient, { batchSize: 6, key }).batch(5);
    expect(plain.indices).toEqual(sixth.indices);
    expect(plain.images.data).not.toEqual(sixth.images.data);
  });

  it("works when a batch is larger than the split", async () => {
    const { indices } = await createLoader(numbered(3), { batchSize: 8, key }).batch(0);
    expect(new Set(indices)).toEqual(new Set([0, 1, 2]));
  });

  it("asks for following steps ahead of time", async () => {
    const asked: number[] = [];
    const split = numbered(100);
    const spying: Split = {
      ...split,
      images(indices, views) {
        asked.push(indices.length);
        return split.images(indices, views);
      },
    };
    const loader = createLoader(spying, { batchSize: 5, key, prefetch: 2 });
    await loader.batch(0);
    expect(asked).toHaveLength(3);
    await loader.batch(1);
    expect(asked).toHaveLength(4);
  });

  it("puts the next image in the place of a file that can't be read, and names the file", async () => {
    const split = numbered(6);
    const bad = new Set([2, 3]);
    const failing: Split = {
      ...split,
      images: async (indices, views) => {
        const positions = Array.from(indices).flatMap((index, i) => (bad.has(index) ? [i] : []));
        const files = positions.map(
          (i): RejectedFile => ({ path: split.ids[indices[i]!]!, reason: "broken" }),
        );
        if (positions.length > 0) throw new UnreadableImagesError(positions, files);
        return split.images(indices, views);
      },
    };
    const loader = createLoader(failing, { batchSize: 6, key, prefetch: 0 });
    const { indices, images, labels } = await loader.batch(0);
    expect([...indices].toSorted()).toEqual([0, 1, 4, 4, 4, 5]);
    indices.forEach((index, i) => {
      expect(labels.data[i]).toBe(index % 3);
      expect(images.data[i * length]).toBeCloseTo(index / 127.5 - 1, 6);
    });
    expect(loader.rejected.map((file) => file.path).toSorted()).toEqual(["image 2", "image 3"]);
    for (let i = 0; i < 6; i++) bad.add(i);
    await expect(loader.batch(1)).rejects.toThrow(/none of its 6 images can be read/);
  });

  it("refuses an empty split", () => {
    expect(() => createLoader(numbered(0), { batchSize: 4, key })).toThrow(/"train" is empty/);
  });
});

describe("evaluationBatches", () => {
  const collect = async (...args: Parameters<typeof evaluationBatches>) => {
    const batches = [];
    for await (const batch of evaluationBatches(...args)) batches.push(batch);
    return batches;
  };

  it("gives every image once, in order, and pads the last batch", async () => {
    const batches = await collect(numbered(10), 4);
    expect(batches.map(({ count }) => count)).toEqual([4, 4, 2]);
    expect(batches.flatMap(({ indices }) => [...indices])).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9,
    ]);
    for (const { images, pixels } of batches) {
      expect(images.shape).toEqual([4, size, size, 3]);
      expect(pixels).toHaveLength(4 * length);
    }
    expect(batches[1]!.pixels[0]).toBe(4);
  });

  it("takes only the first images, or none", async () => {
    expect((await collect(numbered(10), 4, 5)).map(({ count }) => count)).toEqual([4, 1]);
    expect(await collect(numbered(0), 4)).toEqual([]);
  });
});
