import { readFileSync } from "node:fs";
import { createKey, normal, type Tensor2D, tf } from "@fqgan/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeRows } from "../normalize.js";
import { bitEntropies } from "./bit-entropy.js";
import { codebookLoss, commitmentLoss } from "./codebook.js";
import { disentanglementLoss } from "./disentanglement.js";
import { distanceEntropyLoss, softChoiceEntropies } from "./entropy.js";
import { orthogonalityLoss } from "./orthogonality.js";

const random = (seed: number, shape: [number, number]) =>
  tf.tensor2d(normal(createKey(seed), shape[0] * shape[1]), shape);
const value = (x: tf.Tensor) => x.dataSync()[0]!;

describe("codebook and commitment", () => {
  it("are the same distance with gradients to one side only", () => {
    const [latents, codes] = [random(1, [5, 3]), random(2, [5, 3])];
    const mean = value(tf.losses.meanSquaredError(latents, codes));
    const side = (loss: typeof codebookLoss, weight: number) =>
      tf.grads((z: tf.Tensor, e: tf.Tensor) =>
        loss({ latents: z as Tensor2D, codes: e as Tensor2D, weight }),
      );
    expect(value(codebookLoss({ latents, codes, weight: 2 }))).toBeCloseTo(2 * mean, 5);
    expect(value(commitmentLoss({ latents, codes, weight: 0.25 }))).toBeCloseTo(0.25 * mean, 5);
    expect(() => side(codebookLoss, 1)([latents, codes])).toThrow();
    const toCodes = tf.grad((e) => codebookLoss({ latents, codes: e as Tensor2D, weight: 1 }));
    const expected = tf.mul(tf.sub(codes, latents), 2 / latents.size);
    expect(value(tf.max(tf.abs(tf.sub(toCodes(codes), expected))))).toBeLessThan(1e-6);
  });
});

describe("entropies", () => {
  it("are 0 and log K at the extremes", () => {
    const clear = tf.mul(tf.eye(4), 1000) as Tensor2D; // each sample its own code
    const { sample, batch } = softChoiceEntropies(clear);
    expect(value(sample)).toBeCloseTo(0, 5);
    expect(value(batch)).toBeCloseTo(Math.log(4), 3);
    const collapsed = softChoiceEntropies(tf.zeros([6, 4]) as Tensor2D);
    expect(value(collapsed.sample)).toBeCloseTo(Math.log(4), 5);
    expect(value(collapsed.batch)).toBeCloseTo(Math.log(4), 3);
  });

  it("reward clear choices among evenly used codes", () => {
    const codebook = tf.eye(4) as Tensor2D;
    const loss = (latents: tf.Tensor) =>
      value(
        distanceEntropyLoss({
          latents: latents as Tensor2D,
          codebook,
          weight: 1,
          temperature: 0.1,
        }),
      );
    const even = loss(tf.eye(4));
    expect(even).toBeLessThan(loss(tf.tile(tf.slice(tf.eye(4), [0, 0], [1, 4]), [4, 1])));
    expect(even).toBeLessThan(loss(tf.fill([4, 4], 0.5)));
  });

  it("over groups of bits are exact for samples and an upper bound for the batch", () => {
    const property = fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, groupBits) => {
      const form = { magnitude: 1, temperature: 1, safeLog: "offset" } as const;
      const latents = random(seed, [7, 5]);
      const exact = bitEntropies({ latents, ...form, groupBits: 5 });
      const grouped = bitEntropies({ latents, ...form, groupBits });
      expect(value(grouped.sample)).toBeCloseTo(value(exact.sample), 4);
      expect(value(grouped.batchUpperBound)).toBeGreaterThan(value(exact.batchUpperBound) - 2e-3);
    });
    fc.assert(property, { numRuns: 20 });
  });

  it("of 18 bits need no table of 2^18 codes: exact for samples, the batch's bound as the README says", () => {
    const [rows, bits] = [64, 18];
    const latents = random(1, [rows, bits]);
    const form = { magnitude: 1, temperature: 1, safeLog: "offset" } as const;
    const { sample, batchUpperBound } = bitEntropies({ latents, ...form, groupBits: 9 });
    const exact = entropiesByHand(latents.dataSync() as Float32Array, bits);
    expect(value(sample)).toBeCloseTo(exact.sample, 4);
    const above = value(batchUpperBound) - exact.batch;
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const said =
      /2\^18 codes, 64 latents .*?: (\d+\.\d+) nats exact, (\d+\.\d+) by groups of 9/s.exec(
        readme,
      )!;
    expect(exact.batch).toBeCloseTo(Number(said[1]), 2);
    expect(exact.batch + above).toBeCloseTo(Number(said[2]), 2);
    expect(above).toBeGreaterThan(0);
  });
});

/** Over all 2^bits codes in double precision, one code after another. */
function entropiesByHand(latents: Float32Array, bits: number) {
  const rows = latents.length / bits;
  const log2 = new Float64Array(latents.length); // log p(bit = 0), log p(bit = 1) of ±1 at temperature 1
  const ones = new Float64Array(latents.length);
  for (let i = 0; i < latents.length; i++) {
    ones[i] = -Math.log1p(Math.exp(-4 * latents[i]!));
    log2[i] = -Math.log1p(Math.exp(4 * latents[i]!));
  }
  const mean = new Float64Array(2 ** bits);
  let sample = 0;
  for (let row = 0; row < rows; row++) {
    // Doubles the table with every bit: p(code) is the product of its bits'.
    let table = Float64Array.of(1);
    for (let bit = 0; bit < bits; bit++) {
      const [zero, one] = [log2[row * bits + bit]!, ones[row * bits + bit]!];
      const [p, q] = [Math.exp(zero), Math.exp(one)];
      sample -= (p * zero + q * one) / rows;
      const next = new Float64Array(2 * table.length);
      for (let i = 0; i < table.length; i++) {
        next[i] = table[i]! * p;
        next[table.length + i] = table[i]! * q;
      }
      table = next;
    }
    for (let code = 0; code < mean.length; code++) mean[code]! += table[code]! / rows;
  }
  const batch = mean.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
  return { sample, batch };
}

describe("disentanglement", () => {
  it("is 0 for orthogonal and 1 for parallel codes, of whatever length", () => {
    const a = tf.tensor2d([
      [1, 0],
      [0, 3],
    ]);
    const b = tf.tensor2d([
      [0, 2],
      [1, 0],
    ]);
    expect(value(disentanglementLoss({ a, b }, 1))).toBeCloseTo(0, 6);
    expect(value(disentanglementLoss({ a, b: tf.mul(a, -4) as Tensor2D }, 0.5))).toBeCloseTo(
      0.5,
      6,
    );
  });

  it("is the mean over pairs", () => {
    const [a, b, c] = [random(1, [6, 4]), random(2, [6, 4]), random(3, [6, 4])];
    const pair = (x: Tensor2D, y: Tensor2D) => value(disentanglementLoss({ x, y }, 1));
    const mean = (pair(a, b) + pair(a, c) + pair(b, c)) / 3;
    expect(value(disentanglementLoss({ a, b, c }, 1))).toBeCloseTo(mean, 5);
  });

  it("needs factors of one length", () => {
    const factors = { a: random(1, [2, 4]), b: random(2, [2, 3]) };
    expect(() => disentanglementLoss(factors, 1)).toThrow(
      "disentanglement: expected factors of one length, got a [N, 4] and b [N, 3]",
    );
  });
});

describe("orthogonality", () => {
  it("is the mean square of cosines between different codes", () => {
    const codebook = random(4, [9, 5]);
    const rows = normalizeRows(codebook);
    const cosines = tf.sub(tf.matMul(rows, rows, false, true), tf.eye(9));
    const expected = value(tf.sum(tf.square(cosines))) / 81;
    expect(value(orthogonalityLoss(codebook, 2))).toBeCloseTo(2 * expected, 5);
    expect(value(orthogonalityLoss(tf.eye(4) as Tensor2D, 1))).toBeCloseTo(0, 6);
  });
});
