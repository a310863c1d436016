import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Split } from "@fqgan/data";
import type { Extractor } from "@fqgan/features";
import { hostTensor } from "@fqgan/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { splitFeatures } from "./feature-cache.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fqgan-features-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** 70 images of 2×2 pixels, each of one value. */
const split = (offset = 0): Split => ({
  name: "train",
  count: 70,
  size: 2,
  labels: new Int32Array(70),
  ids: [],
  attributes: {},
  images: async (indices) =>
    Uint8Array.from(Array.from(indices).flatMap((i) => new Array<number>(12).fill(i + offset))),
});

/** Says the brightness of an image twice, and counts how often it is asked. */
function teacher(hash = "a") {
  let asked = 0;
  const features: Extractor["features"] = async ({ data, shape }) => {
    asked += 1;
    const rows = Array.from({ length: shape[0]! }, (_, i) => data[i * 12]!);
    return hostTensor(Float32Array.from(rows.flatMap((x) => [x, x])), [shape[0]!, 2]);
  };
  const extract: Extractor["extract"] = async (images) => ({ features: await features(images) });
  return {
    extractor: {
      name: "t",
      hash,
      preparation: "none",
      dimensions: 2,
      features,
      extract,
      dispose() {},
    },
    asked: () => asked,
  };
}

const features = (one: ReturnType<typeof teacher>, images = split()) =>
  splitFeatures({
    teacher: one.extractor,
    split: images,
    onProgress() {},
    cacheFolder: folder,
    cacheAfterMs: 0,
  });

describe("features of a split", () => {
  it("are one row an image, in order", async () => {
    const rows = await features(teacher());
    expect(rows).toHaveLength(140);
    expect(rows[2 * 69]).toBeCloseTo(69 / 127.5 - 1, 6);
  });

  it("are made once for the same images and network", async () => {
    const first = await features(teacher());
    const again = teacher();
    expect(await features(again)).toEqual(first);
    expect(again.asked()).toBe(0);
  });

  it("are made anew for other images, another network, or from a damaged file", async () => {
    await features(teacher());
    for (const [one, images] of [
      [teacher(), split(1)] as const,
      [teacher("b"), split()] as const,
    ]) {
      await features(one, images);
      expect(one.asked()).toBe(2);
    }
    expect(readdirSync(folder)).toHaveLength(3);
    for (const file of readdirSync(folder)) writeFileSync(join(folder, file), "damaged");
    const one = teacher();
    await features(one);
    expect(one.asked()).toBe(2);
  });
});
