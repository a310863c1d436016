import { hostTensor, startEngine } from "@fqgan/tensor";
import { beforeAll, expect, it } from "vitest";
import type { Extractor } from "../extractor.js";
import { clipExtractor } from "../strategies/clip.js";
import { dinov2Extractor } from "../strategies/dinov2.js";
import { randomWeights } from "../testing/weights.js";

// Eagerly: each program runs a few times.
beforeAll(() => startEngine({ engine: "cpu" }));

const C = 4;
const D = 3;
/** No blocks: nothing passes between patches, so that each tells where it is. */
const clipWeights = randomWeights({
  class_embedding: [C],
  positional_embedding: [5, C],
  "conv1.weight": [C, 3, 2, 2],
  "ln_pre.weight": [C],
  "ln_pre.bias": [C],
  "ln_post.weight": [C],
  "ln_post.bias": [C],
  proj: [C, D],
});
const dinoWeights = randomWeights({
  cls_token: [1, 1, C],
  pos_embed: [1, 5, C],
  "patch_embed.proj.weight": [C, 3, 2, 2],
  "patch_embed.proj.bias": [C],
  "norm.weight": [C],
  "norm.bias": [C],
});
const clip = (use: "embedding" | "fqgan-teacher") =>
  clipExtractor({ tensors: clipWeights, hash: "a", path: "clip" }, { heads: 1, use });

it.each<[string, () => Extractor, number]>([
  ["clip", () => clip("embedding"), D],
  ["fqgan-clip", () => clip("fqgan-teacher"), C],
  [
    "dinov2",
    () => dinov2Extractor({ tensors: dinoWeights, hash: "b", path: "dino" }, { size: 4, heads: 1 }),
    C,
  ],
])("%s gives features of each patch, row by row", async (_, create, dimensions) => {
  const extractor = create();
  const { positions } = extractor;
  expect(positions).toMatchObject({ grid: [2, 2], dimensions });
  const pixels = Float32Array.from({ length: 2 * 48 }, (_, i) => ((i * 7) % 48) / 24 - 1);
  pixels.copyWithin(48, 0, 48);
  // the second image: another patch at the lower left
  for (const pixel of [8, 9, 12, 13]) pixels[48 + 3 * pixel] = -pixels[3 * pixel]!;
  const { data, shape } = await positions!.features(hostTensor(pixels, [2, 4, 4, 3]));
  expect(shape).toEqual([2, 4, dimensions]);
  const row = (image: number, patch: number) => {
    const start = (4 * image + patch) * dimensions;
    return [...data.subarray(start, start + dimensions)];
  };
  const same = [0, 1, 2, 3].map((patch) => row(0, patch).join() === row(1, patch).join());
  expect(same).toEqual([true, true, false, true]);
  expect((await extractor.features(hostTensor(pixels, [2, 4, 4, 3]))).shape[0]).toBe(2);
  extractor.dispose();
});
