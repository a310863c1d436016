/** Values that follow from the definitions. */
import { createKey, type HostTensor, hostTensor, normal, permutation } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createMetric, createMetrics } from "../evaluate.js";
import type { MetricBatch, MetricContext } from "../metric.js";
import { decodeNpz, encodeNpz } from "../npz/npz.js";
import { Moments } from "../statistics/moments.js";
import { readReference, writeReference } from "../statistics/reference.js";

const rows = (values: number[][]): HostTensor =>
  hostTensor(Float32Array.from(values.flat()), [values.length, values[0]!.length]);

async function evaluate(
  name: string,
  batch: MetricBatch,
  options = {},
  context: MetricContext = {},
) {
  const metric = createMetric({ name, ...options }, context);
  metric.update(batch);
  return metric.compute();
}

describe("inception-score", () => {
  const score = async (logits: number[][], options: object = { splits: 1 }) =>
    (await evaluate("inception-score", { logits: { fake: rows(logits) } }, options)).values
      .inceptionScore;
  const oneHot = (c: number) => [0, 1, 2].map((i) => (i === c ? 200 : 0));

  it("is 1 when every image gets the same prediction", async () => {
    expect(
      await score([
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3],
      ]),
    ).toBeCloseTo(1, 12);
  });
  it("is the number of classes when each has its share of certain predictions", async () => {
    expect(await score([0, 1, 2, 0, 1, 2].map(oneHot))).toBeCloseTo(3, 12);
  });
  it("collapses where ADM's chunks see images sorted by class", async () => {
    expect(
      await score([0, 0, 1, 1, 2, 2].map(oneHot), { chunks: "adm", chunkSize: 2 }),
    ).toBeCloseTo(1, 12);
  });
  it("refuses more chunks than samples", async () => {
    await expect(score([[1, 2, 3]], { splits: 2 })).rejects.toThrow(
      /each of 2 chunks, got 1 samples/,
    );
  });
});

describe("precision-recall", () => {
  const line = (...points: number[]) => rows(points.map((point) => [point]));
  it("counts points inside the other set's balls", async () => {
    const features = { real: line(0, 1, 2, 10), fake: line(0.5, 1.5, 30, 31) };
    const { values } = await evaluate("precision-recall", { features }, { k: 1 });
    // Real balls: radius 1 at 0, 1, 2 and 8 at 10. Fake: radius 1 at each.
    expect(values).toEqual({ precision: 0.5, recall: 0.75 });
    const counted = await evaluate("density-coverage", { features }, { k: 1, ball: "closed" });
    expect(counted.values).toEqual({ density: 4 / 4, coverage: 0.75 });
  });
  it("differs on a ball's surface by rule", async () => {
    const features = { real: line(0, 1), fake: line(2, 9) };
    const precision = async (ball: string) =>
      (await evaluate("precision-recall", { features }, { k: 1, ball })).values.precision;
    expect(await precision("closed")).toBe(0.5);
    expect(await precision("open")).toBe(0);
  });
  it("needs more points than neighbours", async () => {
    const features = { real: line(0, 1, 2), fake: line(0, 1, 2) };
    await expect(evaluate("precision-recall", { features })).rejects.toThrow(
      /expected at least 4 real samples, got 3/,
    );
  });
});

describe("kid and cmmd", () => {
  const a = rows([
    [1, 0],
    [2, 1],
    [1, 0.5],
    [0, 0],
  ]);
  const b = rows([
    [0, 3],
    [1, 3],
    [2, 5],
    [0, 2],
  ]);
  it("are symmetric and larger for sets further apart", async () => {
    for (const name of ["kid", "cmmd"]) {
      const near = (await evaluate(name, { features: { real: a, fake: a } })).values[name]!;
      const far = (await evaluate(name, { features: { real: a, fake: b } })).values[name]!;
      const back = (await evaluate(name, { features: { real: b, fake: a } })).values[name];
      expect(back).toBeCloseTo(far, 12);
      expect(far).toBeGreaterThan(near);
    }
  });
  it("kid is the U-statistic by hand", async () => {
    const k = (x: number, y: number) => (x * y + 1) ** 3;
    const features = { real: rows([[1], [2]]), fake: rows([[3], [5]]) };
    const cross = k(1, 3) + k(1, 5) + k(2, 3) + k(2, 5);
    const { values } = await evaluate("kid", { features }, { subsets: 1 });
    expect(values.kid).toBeCloseTo(k(1, 2) + k(3, 5) - cross / 2, 9);
    expect(values.kidSubsets).toBeCloseTo(values.kid!, 9);
  });
});

describe("psnr and ssim", () => {
  const flat = (...levels: number[]) =>
    hostTensor(
      Float32Array.from({ length: levels.length * 8 * 8 * 3 }, (_, i) => {
        return levels[Math.floor(i / (8 * 8 * 3))]! / 127.5 - 1;
      }),
      [levels.length, 8, 8, 3],
    );
  it("psnr of images one level apart is 20 log₁₀ 255", async () => {
    const images = { real: flat(100), fake: flat(101) };
    expect((await evaluate("psnr", { images })).values.psnr).toBeCloseTo(20 * Math.log10(255), 12);
  });
  it("psnr counts exact copies apart instead of becoming infinite", async () => {
    const images = { real: flat(100, 7), fake: flat(101, 7) };
    const { values, details } = await evaluate("psnr", { images });
    expect(values.psnr).toBeCloseTo(20 * Math.log10(255), 12);
    expect(details.identicalImages).toBe(1);
    const copies = { real: flat(7), fake: flat(7) };
    expect((await evaluate("psnr", { images: copies })).values.psnr).toBe(Number.POSITIVE_INFINITY);
  });
  it("give the mean of several images a standard error, that of one none", async () => {
    const images = { real: flat(100, 100), fake: flat(101, 103) };
    const decibels = [1, 3].map((levels) => 20 * Math.log10(255 / levels)) as [number, number];
    const { details } = await evaluate("psnr", { images });
    expect(details).toEqual({
      standardError: expect.closeTo((decibels[0] - decibels[1]) / 2, 12),
      identicalImages: 0,
    });
    const one = { real: flat(100), fake: flat(101) };
    expect((await evaluate("psnr", { images: one })).details).toEqual({ identicalImages: 0 });
    expect((await evaluate("ssim", { images: one })).details).toEqual({});
  });
  it("ssim of copies is 1, of flat images the luminance term", async () => {
    const same = await evaluate("ssim", { images: { real: flat(9), fake: flat(9) } });
    expect(same.values.ssim).toBe(1);
    const c1 = (0.01 * 255) ** 2;
    const expected = (2 * 100 * 120 + c1) / (100 ** 2 + 120 ** 2 + c1);
    const { values } = await evaluate("ssim", { images: { real: flat(100), fake: flat(120) } });
    expect(values.ssim).toBeCloseTo(expected, 9);
  });
  it("refuse pairs of different sizes and images below the window", async () => {
    const small = hostTensor(new Float32Array(6 * 6 * 3), [1, 6, 6, 3]);
    await expect(evaluate("psnr", { images: { real: flat(1), fake: small } })).rejects.toThrow(
      /psnr: expected pairs of images \[B, H, W, 3\], got \[1,8,8,3\] \(real\) and \[1,6,6,3\] \(fake\)/,
    );
    await expect(evaluate("ssim", { images: { real: small, fake: small } })).rejects.toThrow(
      /ssim: expected images of at least 7 × 7, got 6 × 6/,
    );
  });
});

describe("codebook-usage and bits-per-image", () => {
  const codes = {
    visual: hostTensor(Int32Array.of(0, 1, 0, 1, 2, 2), [2, 3]),
    semantic: hostTensor(Int32Array.of(3, 3, 3, 3, 0, 0), [2, 3]),
  };
  const context = { codebooks: { visual: 8, semantic: 4 } };
  it("counts each codebook and the pairs", async () => {
    const { values, details } = await evaluate("codebook-usage", { codes }, {}, context);
    expect(values["visual.usage"]).toBe(3 / 8);
    expect(values["visual.perplexity"]).toBeCloseTo(3, 12);
    expect(values["semantic.usage"]).toBe(0.5);
    expect(details["joint.used"]).toBe(3);
    expect(details["joint.perplexity"]).toBeCloseTo(3, 12);
  });
  it("bits are N·log₂K, and fewer by entropy", async () => {
    const { values } = await evaluate("bits-per-image", { codes }, {}, context);
    expect(values.bitsPerImage).toBe(3 * 3 + 3 * 2);
    const entropy = Math.log2(3) - (2 / 3) * Math.log2(2);
    expect(values.codedBitsPerImage).toBeCloseTo(3 * Math.log2(3) + 3 * entropy, 12);
  });
  it("the training window starts full of code 0 and forgets", async () => {
    const metric = createMetric(
      { name: "codebook-usage-window", window: 4 },
      { codebooks: { book: 8 } },
    );
    const after = async (...indices: number[]) => {
      metric.update({ codes: { book: hostTensor(Int32Array.from(indices), [1, indices.length]) } });
      return (await metric.compute()).values["book.windowUsage"];
    };
    expect(await after(5, 6)).toBe(3 / 8);
    expect(await after(5, 6)).toBe(2 / 8);
    expect(await after(7, 7, 7, 7, 7)).toBe(1 / 8);
  });
  it("refuse codes of another codebook", async () => {
    const wrong = { ...codes, visual: hostTensor(Int32Array.of(8), [1, 1]) };
    await expect(evaluate("codebook-usage", { codes: wrong }, {}, context)).rejects.toThrow(
      /codebook "visual": expected indices in \[0, 8\), got 8/,
    );
    await expect(
      evaluate("codebook-usage", { codes: { visual: codes.visual } }, {}, context),
    ).rejects.toThrow(/expected codes of codebook "semantic", got visual/);
    expect(() => createMetric({ name: "codebook-usage" })).toThrow(
      /expected the sizes of the codebooks/,
    );
  });
});

describe("feature metrics", () => {
  it("say which extractor made the features, and how many", async () => {
    const extractor = { name: "builtin-64-v1", hash: "ab12", dimensions: 2 };
    const all = createMetrics([{ name: "fid" }, { name: "kid", subsets: 3 }], { extractor });
    const real = rows([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    all.update({ features: { real, fake: real } });
    all.update({ features: { real } });
    for (const { protocol } of await all.compute())
      expect(protocol).toMatchObject({
        extractor: "builtin-64-v1",
        extractorHash: "ab12",
        realCount: 6,
        fakeCount: 3,
      });
  });
  it("refuse a change of extractor between batches", async () => {
    const metric = createMetric({ name: "kid" });
    metric.update({ features: { real: rows([[1, 2]]) } });
    expect(() => metric.update({ features: { real: rows([[1, 2, 3]]) } })).toThrow(
      /expected rows \[B, 2\], got \[1,3\]/,
    );
  });
});

describe("order and identity", () => {
  const values = (seed: number) => normal(createKey(seed), 60 * 4);
  const set = (data: Float32Array) => hostTensor(data, [60, 4]);
  const [real, fake] = [values(1), values(2).map((x) => x + 0.4)];
  const shuffled = (data: Float32Array, seed: number) => {
    const order = permutation(createKey(seed), 60);
    return Float32Array.from(data, (_, i) => data[4 * order[i >> 2]! + (i & 3)]!);
  };
  const names = ["fid", "kid", "cmmd", "precision-recall", "density-coverage"];

  it.each(names)("%s does not depend on the order of either side", async (name) => {
    const config = name === "kid" ? { subsets: 0 } : {};
    const plain = await evaluate(name, { features: { real: set(real), fake: set(fake) } }, config);
    const mixed = await evaluate(
      name,
      { features: { real: set(shuffled(real, 3)), fake: set(shuffled(fake, 4)) } },
      config,
    );
    for (const [value, number] of Object.entries(plain.values))
      expect(mixed.values[value]).toBeCloseTo(number, 11);
  });
  it("identical sets are at distance 0, wholly precise and recalled", async () => {
    const features = { real: set(real), fake: set(real) };
    expect((await evaluate("fid", { features })).values.fid).toBeLessThan(1e-12);
    expect((await evaluate("cmmd", { features })).values.cmmd).toBeCloseTo(0, 12);
    const manifold = await evaluate("precision-recall", { features });
    expect(manifold.values).toEqual({ precision: 1, recall: 1 });
  });
  it("paired KID leaves each row's own copy out", async () => {
    const features = { real: set(real), fake: set(real) };
    const paired = await evaluate("kid", { features }, { subsets: 0, sets: "paired" });
    expect(paired.values.kid).toBeCloseTo(0, 12);
    const independent = await evaluate("kid", { features }, { subsets: 0 });
    expect(independent.values.kid).toBeLessThan(-0.01);
  });
});

describe("ms-ssim and lpips", () => {
  const noise = normal(createKey(9), 2 * 176 * 161 * 3).map((x) => Math.tanh(x) / 2);
  const images = hostTensor(noise, [2, 176, 161, 3]);
  it("ms-ssim is 1 between copies and falls with noise, and is SSIM's Gaussian window at one scale", async () => {
    const worse = hostTensor(
      noise.map((x, i) => x + 0.1 * Math.sin(i)),
      images.shape,
    );
    const same = await evaluate("ms-ssim", { images: { real: images, fake: images } });
    expect(same.values.msSsim).toBeCloseTo(1, 12);
    const pair = { images: { real: images, fake: worse } };
    const five = await evaluate("ms-ssim", pair);
    expect(five.values.msSsim).toBeLessThan(0.999);
    const one = await evaluate("ms-ssim", pair, { scales: 1 });
    const gaussian = await evaluate("ssim", pair, { window: "gaussian" });
    expect(one.values.msSsim).toBeCloseTo(gaussian.values.ssim!, 12);
  });
  it("ms-ssim says how many scales would fit", async () => {
    const small = hostTensor(new Float32Array(64 * 64 * 3), [1, 64, 64, 3]);
    await expect(evaluate("ms-ssim", { images: { real: small, fake: small } })).rejects.toThrow(
      /expected images of at least 161 × 161 for 5 scales, got 64 × 64/,
    );
  });
  it("lpips is the mean of the network's distances and says which network", async () => {
    const perceptual = hostTensor(Float32Array.of(0.25, 0.75), [2]);
    const network = { name: "lpips-vgg16", hash: "ab", dimensions: 1 };
    const { values, protocol } = await evaluate(
      "lpips",
      { perceptual },
      {},
      { perceptual: network },
    );
    expect(values.lpips).toBe(0.5);
    expect(protocol).toMatchObject({ extractor: "lpips-vgg16", extractorHash: "ab", pairs: 2 });
  });
});

describe("reference statistics", () => {
  const rowsOf = (seed: number) => hostTensor(normal(createKey(seed), 50 * 3), [50, 3]);
  const extractor = { name: "net", hash: "0a", dimensions: 3 };
  const statistics = (protocol = {}) => {
    const moments = new Moments();
    moments.append(rowsOf(1));
    const arrays = writeReference({ features: moments.covariance(), protocol });
    return readReference(decodeNpz(encodeNpz(arrays), "ref.npz"), "ref.npz");
  };
  it("stand for the real side", async () => {
    const batch = { features: { real: rowsOf(1), fake: rowsOf(2) } };
    const direct = await evaluate("fid", batch, {}, { extractor });
    const stored = await evaluate(
      "fid",
      { features: { fake: rowsOf(2) } },
      { folds: 5 },
      { extractor, reference: statistics({ extractor: "net", extractorHash: "0a" }) },
    );
    expect(stored.values.fid).toBeCloseTo(direct.values.fid!, 12);
    expect(stored.protocol).toMatchObject({ reference: "ref.npz", realCount: 50, fakeCount: 50 });
    expect(stored.intervals?.fid?.high).toBeGreaterThan(stored.values.fid!);
  });
  it("of another network are refused", () => {
    const reference = statistics({ extractor: "other", extractorHash: "0b" });
    expect(() => createMetric({ name: "fid" }, { extractor, reference })).toThrow(
      /ref\.npz: expected statistics of net .* got other/,
    );
    expect(() => createMetric({ name: "sfid" }, { extractor, reference: statistics() })).toThrow(
      /sfid: expected spatial statistics \(mu_s, sigma_s\) in ref\.npz, found none/,
    );
  });
});
