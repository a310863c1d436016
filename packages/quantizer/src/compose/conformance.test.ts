/** What every composition must do over every quantizer: new ones are covered by being registered. */
import { UserError } from "@fqgan/registry";
import {
  createKey,
  type HostTensor,
  hostTensor,
  normal,
  RandomStream,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { quantizers } from "../registry.js";
import { runInTest, testedEngines, useEngine } from "../testing/run-in-test.js";
import type { Composition } from "./composition.js";
import { compositions, createComposition } from "./registry.js";

const key = createKey(3);
/** Positions of a test: whole grids of side 2, as multi-scale wants them. */
const counts = fc.constantFrom(4, 8);

const named = quantizers.list().map(({ name, example }) => ({ ...example, name }));
const configs = compositions.list().flatMap(({ name, example }) => {
  const all = named.map((quantizer) => ({ name, ...example(quantizer) }));
  const distinct = new Map(all.map((config) => [JSON.stringify(config), config]));
  return [...distinct.values()];
});

function latentsFor(composition: Composition, seed: number, count: number) {
  const entries = Object.entries(composition.latents).map(([name, { dimensions }], i) => {
    const values = normal(createKey(seed + i), count * dimensions);
    return [name, hostTensor(values, [count, dimensions])] as const;
  });
  return Object.fromEntries(entries);
}

const evaluate = (composition: Composition, latents: Record<string, HostTensor>) =>
  runInTest(latents, (fed) => {
    const mode = { training: false };
    const { outputs, indices } = composition.quantize(fed as Record<string, Tensor2D>, mode);
    const hasCodes = Object.keys(indices).length > 0;
    const looked = hasCodes ? composition.lookup(indices) : {};
    return { outputs: { ...outputs }, indices: { ...indices }, looked };
  });

const training = () => ({ training: true, random: new RandomStream(key) });

const cases = testedEngines.flatMap((engine) =>
  configs.map((config) => ({ config, engine, label: JSON.stringify(config) })),
);

describe.each(cases)("$label on $engine", ({ config, engine }) => {
  beforeAll(() => useEngine(engine));
  const create = () => createComposition(config, key);

  it("gives indices in range, and outputs that looking them up gives again", async () => {
    const composition = create();
    const property = fc.asyncProperty(fc.nat(1000), counts, async (seed, count) => {
      const latents = latentsFor(composition, seed, count);
      const { outputs, indices, looked } = await evaluate(composition, latents);
      expect(Object.keys(indices)).toEqual(Object.keys(composition.codebooks));
      for (const [name, { size }] of Object.entries(composition.codebooks)) {
        expect(indices[name]!.dtype).toBe("int32");
        expect(indices[name]!.data.every((index) => index >= 0 && index < size)).toBe(true);
      }
      for (const [name, { dimensions, outputs: length = dimensions }] of Object.entries(
        composition.latents,
      )) {
        expect(outputs[name]!.shape).toEqual([count, length]);
        if (looked[name]) expect(looked[name]!.data).toEqual(outputs[name]!.data);
      }
    });
    await fc.assert(property, { numRuns: 2 });
  });

  it("has finite, named losses in training", async () => {
    const composition = create();
    const latents = latentsFor(composition, 5, 4);
    const { losses } = await runInTest(latents, (fed) => {
      const result = composition.quantize(fed as Record<string, Tensor2D>, training());
      return { losses: { ...result.losses }, outputs: { ...result.outputs } };
    });
    for (const [name, loss] of Object.entries(losses)) {
      expect(name).toMatch(/^\w+(\.\w+)?$/);
      expect((loss as HostTensor).data[0]).toSatisfy(Number.isFinite);
    }
  });
});

describe.each(configs.map((config) => ({ config, label: JSON.stringify(config) })))(
  "$label",
  ({ config }) => {
    beforeAll(() => useEngine("cpu"));
    const create = () => createComposition(config, key);

    it("has losses in training only, and gradients to every latent", () => {
      const composition = create();
      const latents = Object.entries(latentsFor(composition, 5, 4)).map(
        ([name, { data, shape }]) => [name, tf.variable(tf.tensor(data, [...shape]))] as const,
      );
      const fed = Object.fromEntries(latents) as unknown as Record<string, Tensor2D>;
      expect(composition.quantize(fed, { training: false }).losses).toEqual({});
      const { grads } = tf.variableGrads(
        () => {
          const { outputs, losses } = composition.quantize(fed, training());
          const sums = [...Object.values(outputs), ...Object.values(losses)].map((x) => tf.sum(x));
          return tf.addN(sums) as tf.Scalar;
        },
        latents.map(([, variable]) => variable),
      );
      for (const gradient of Object.values(grads)) {
        expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
        expect(gradient.dataSync().some((value) => value !== 0)).toBe(true);
      }
    });

    it("refuses latents that it does not know, of another length, and unknown options", () => {
      const composition = create();
      const [name] = Object.keys(composition.latents) as [string];
      const quantize = (latents: Record<string, Tensor2D>) => () =>
        composition.quantize(latents, training());
      expect(quantize({ other: tf.zeros([4, 4]) })).toThrow(
        `latents: expected "${name}", got other`,
      );
      const wrong = Object.entries(composition.latents).map(
        ([latent, { dimensions }]) => [latent, tf.zeros([4, dimensions + 1]) as Tensor2D] as const,
      );
      expect(quantize(Object.fromEntries(wrong))).toThrow(UserError);
      expect(() => createComposition({ ...config, levelz: 3 }, key)).toThrow(/levelz: unknown key/);
    });
  },
);
