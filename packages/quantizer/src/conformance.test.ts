/**
 * What every quantizer must do, run over the registry: a new strategy is covered by being registered.
 */
import { UserError } from "@fqgan/registry";
import {
  createKey,
  type HostTensor,
  hostTensor,
  normal,
  RandomStream,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
  uniform,
} from "@fqgan/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { createQuantizer, quantizers } from "./index.js";
import type { Quantizer } from "./quantizer.js";
import { runInTest, testedEngines, useEngine } from "./testing/run-in-test.js";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const counts = fc.integer({ min: 1, max: 9 });

const latentsOf = (seed: number, count: number, dimensions: number): HostTensor =>
  hostTensor(normal(createKey(seed), count * dimensions), [count, dimensions]);

const evaluate = (quantizer: Quantizer, z: HostTensor) =>
  runInTest({ z }, (fed) => {
    const { codes, indices } = quantizer.quantize(fed.z as Tensor2D, { training: false });
    return { codes, indices, looked: quantizer.lookup(indices) };
  });

const train = (quantizer: Quantizer, z: HostTensor) =>
  runInTest({ z }, (fed) => {
    const mode = { training: true, random: new RandomStream(createKey(1)) };
    const { codes, losses } = quantizer.quantize(fed.z as Tensor2D, mode);
    return { codes, ...losses };
  });

const values = (quantizer: Quantizer) =>
  [...quantizer.namedVariables().values()].map((variable) => [...variable.dataSync()]);

const cases = testedEngines.flatMap((engine) =>
  quantizers.list().map((strategy) => ({ name: strategy.name, engine, strategy })),
);

describe.each(cases)("$name on $engine", ({ engine, strategy }) => {
  beforeAll(() => useEngine(engine));

  const config = { name: strategy.name, ...strategy.example };
  const create = (seed = 7) => createQuantizer(config, createKey(seed));

  it("gives indices in range, and codes that looking them up gives again", async () => {
    const quantizer = create();
    const property = fc.asyncProperty(seeds, counts, async (seed, count) => {
      const z = latentsOf(seed, count, quantizer.dimensions);
      const { codes, indices, looked } = await evaluate(quantizer, z);
      expect(codes?.shape).toEqual([count, quantizer.dimensions]);
      expect(indices).toMatchObject({ shape: [count], dtype: "int32" });
      for (const index of indices!.data) {
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThan(quantizer.size);
      }
      expect(looked?.data).toEqual(codes?.data);
    });
    await fc.assert(property, { numRuns: 5 });
  });

  it("gives the same codes from the same key and latents, and other ones from other latents", async () => {
    const z = latentsOf(3, 6, create().dimensions);
    const first = await evaluate(create(5), z);
    expect(await evaluate(create(5), z)).toEqual(first);
    const other = await evaluate(create(5), latentsOf(4, 6, create().dimensions));
    expect(other.indices?.data).not.toEqual(first.indices?.data);
  });

  it("has another code for every index", async () => {
    const quantizer = create();
    const indices = hostTensor(Int32Array.from({ length: quantizer.size }, (_, i) => i));
    const { codes } = await runInTest({ indices }, (fed) => ({
      codes: quantizer.lookup(fed.indices as Tensor1D),
    }));
    const rowAt = (i: number) =>
      codes!.data.slice(i * quantizer.dimensions, (i + 1) * quantizer.dimensions).join();
    expect(new Set(Array.from(indices.data, rowAt)).size).toBe(quantizer.size);
  });

  it("has finite losses in training, none at evaluation, and changes nothing by quantizing", async () => {
    const quantizer = create();
    const before = values(quantizer);
    const { codes, ...losses } = await train(quantizer, latentsOf(2, 5, quantizer.dimensions));
    for (const loss of Object.values(losses as Record<string, HostTensor>))
      expect(loss.data[0]).toSatisfy(Number.isFinite);
    const z = tf.zeros([2, quantizer.dimensions]) as Tensor2D;
    expect(quantizer.quantize(z, { training: false }).losses).toEqual({});
    expect(codes?.data.every(Number.isFinite)).toBe(true);
    expect(values(quantizer)).toEqual(before);
  });

  it("has gradients that agree with finite differences where it is smooth", () => {
    const smooth =
      "entropy" in strategy.options ? { entropy: { weight: 1, temperature: 0.1 } } : {};
    const quantizer = createQuantizer({ ...config, ...smooth }, createKey(7));
    const shape: [number, number] = [4, quantizer.dimensions];
    const size = shape[0] * shape[1];
    const random = (seed: number) => tf.tensor2d(normal(createKey(seed), size), shape);
    const [z, direction] = [random(1), random(2)];
    const probe = tf.tensor2d(uniform(createKey(3), size), shape);
    const f = (x: Tensor): Tensor => {
      const quantized = quantizer.quantize(x as Tensor2D, { training: true });
      const { entropy = tf.scalar(0) } = quantized.losses;
      // A path that has the codes' values (index backpropagation) is constant but for its gradient.
      const distance = tf.max(tf.abs(tf.sub(quantized.latents, quantized.codes)));
      const isPath = distance.dataSync()[0]! === 0;
      return isPath ? entropy : tf.add(entropy, tf.sum(tf.mul(quantized.latents, probe)));
    };
    const analytic = tf.sum(tf.mul(tf.grad(f)(z), direction)).dataSync()[0]!;
    const step = 3e-3;
    const at = (side: number) => f(tf.add(z, tf.mul(direction, side * step))).dataSync()[0]!;
    const numeric = (at(1) - at(-1)) / (2 * step);
    expect(Math.abs(numeric)).toBeGreaterThan(1e-2);
    expect(Math.abs(analytic - numeric) / Math.abs(numeric)).toBeLessThan(2e-2);
  });

  it("refuses latents of another length, saying what it expects", () => {
    const quantizer = create();
    const d = quantizer.dimensions;
    const wrong = () => quantizer.quantize(tf.zeros([3, d + 1]) as Tensor2D, { training: false });
    expect(wrong).toThrow(UserError);
    expect(wrong).toThrow(`${strategy.name}: expected latents [N, ${d}], got [3, ${d + 1}]`);
  });

  it("refuses an option that it does not have", () => {
    expect(() => createQuantizer({ ...config, sizze: 3 }, createKey(0))).toThrow(
      /sizze: unknown key/,
    );
  });
});
