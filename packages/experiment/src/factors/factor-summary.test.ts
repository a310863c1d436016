import type { Dataset, Split, SplitName } from "@fqgan/data";
import { toSignedUnit, toUint8 } from "@fqgan/image";
import { psnrs } from "@fqgan/metrics";
import type { StrategyConfig } from "@fqgan/registry";
import { createKey, fold, hostTensor, uniform } from "@fqgan/tensor";
import { createTokenizer } from "@fqgan/tokenizer";
import { expect, it } from "vitest";
import { factorSummary, factorsSchema } from "./factor-summary.js";

const SIZE = 16;
const LENGTH = SIZE * SIZE * 3;

/** Noise around a colour of its own for every image. */
function split(name: SplitName, count: number): Split {
  const key = fold(createKey(2), name);
  const colours = uniform(fold(key, "colours"), 3 * count);
  const noise = uniform(fold(key, "noise"), count * LENGTH);
  const pixels = Uint8Array.from({ length: count * LENGTH }, (_, i) => {
    const colour = colours[3 * Math.floor(i / LENGTH) + (i % 3)]!;
    return Math.floor(200 * colour + 55 * noise[i]!);
  });
  return {
    name,
    count,
    size: SIZE,
    labels: Int32Array.from({ length: count }, (_, i) => i % 2),
    ids: [],
    attributes: {},
    images: async (indices) =>
      Uint8Array.from(
        Array.from(indices).flatMap((i) => [...pixels.subarray(i * LENGTH, (i + 1) * LENGTH)]),
      ),
  };
}

const dataset = {
  classes: ["even", "odd"],
  size: SIZE,
  splits: {
    train: split("train", 20),
    validation: split("validation", 10),
    test: split("test", 10),
  },
} as unknown as Dataset;

const network = { name: "convolutional", channels: 8, multipliers: [1, 2], groups: 4 };
const codebook = {
  quantizer: { name: "vq", size: 8, dimensions: 4 },
  adapter: { name: "transformer", layers: 1, heads: 2 },
};
const tokenizerOf = (names: readonly string[], quantizer: StrategyConfig = codebook.quantizer) =>
  createTokenizer({
    image: { size: SIZE },
    encoder: { ...network, residualBlocks: 1 },
    decoder: { ...network, residualBlocks: 1 },
    latentChannels: 8,
    codebooks: Object.fromEntries(names.map((name) => [name, { ...codebook, quantizer }])),
  });
const measure = (tokenizer: ReturnType<typeof tokenizerOf>) =>
  factorSummary({
    tokenizer,
    dataset,
    batchSize: 8,
    judge: undefined,
    config: factorsSchema.parse({ ablate: ["zeros", "resampled"] }),
  });

it("says what each factor holds and is needed for", async () => {
  const tokenizer = tokenizerOf(["visual", "semantic"]);
  const { metrics, protocols } = await measure(tokenizer);
  const visual = metrics["test/probe.class.visual"]!;
  const semantic = metrics["test/probe.class.semantic"]!;
  expect(metrics["test/specialisation.class"]).toBeCloseTo(semantic - visual, 12);
  expect(metrics["test/probe.colour.visual"]).toBeLessThan(1);
  expect(metrics["test/joint.usage"]).toBeGreaterThan(0);
  expect(metrics["test/mutualInformation"]).toBeGreaterThanOrEqual(0);
  expect(metrics["test/mutualInformation.share"]).toBeLessThanOrEqual(1);
  expect(metrics["test/squaredCosine.paired"]).toBeGreaterThan(0);
  expect(metrics["test/squaredCosine.independent"]).toBeLessThan(1);

  // With all factors in place it draws what the tokenizer draws.
  const pixels = await dataset.splits.test.images([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const real = hostTensor(toSignedUnit(pixels), [10, SIZE, SIZE, 3]);
  const drawn = await tokenizer.reconstruct(real);
  const fake = hostTensor(toSignedUnit(toUint8(drawn.data as Float32Array)), drawn.shape);
  const decibels = psnrs({ real, fake });
  const mean = decibels.reduce((sum, value) => sum + value, 0) / decibels.length;
  expect(metrics["test/ablated.nothing.psnr"]).toBeCloseTo(mean, 4);
  for (const factor of ["visual", "semantic"])
    for (const way of ["zeros", "resampled"])
      expect(metrics[`test/ablated.${factor}.${way}.psnr`]).not.toBeCloseTo(mean, 4);
  expect(Object.keys(protocols).sort()).toEqual(Object.keys(metrics).sort());
  tokenizer.dispose();
});

it("leaves joint usage out where there are too many combinations to count", async () => {
  const quantizer = { name: "fsq", levels: [8, 8, 8, 8, 4] };
  const tokenizer = tokenizerOf(["visual"], { name: "residual", levels: 4, quantizer });
  const { metrics } = await measure(tokenizer);
  expect(metrics["test/mutualInformation"]).toBeGreaterThanOrEqual(0);
  expect(Object.keys(metrics).filter((name) => name.includes("joint"))).toEqual([]);
  tokenizer.dispose();
});

it("has nothing to compare where there is one factor", async () => {
  const tokenizer = tokenizerOf(["visual"]);
  const { metrics } = await measure(tokenizer);
  expect(Object.keys(metrics).sort()).toEqual([
    "test/probe.class.visual",
    "test/probe.colour.visual",
  ]);
  tokenizer.dispose();
});
