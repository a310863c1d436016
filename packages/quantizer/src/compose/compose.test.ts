import {
  createKey,
  type HostTensor,
  hostTensor,
  normal,
  RandomStream,
  type Tensor,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { quantizers } from "../registry.js";
import { runInTest, testedEngines, useEngine } from "../run-in-test.js";
import type { Composition } from "./composition.js";
import { createFactorized } from "./factorized.js";
import { createComposition } from "./registry.js";
import { createResidual } from "./residual.js";

const key = createKey(3);
const codebook = { name: "vq", size: 16, dimensions: 4 };

const configs = quantizers.list().map(({ name, example }) => ({ ...example, name }));
const compositions: [string, () => Composition][] = configs.flatMap((config) => [
  [
    `factorized ${config.name}`,
    () => createFactorized({ codebooks: { visual: config, semantic: config }, key }),
  ],
  [
    `product ${config.name}`,
    () => createComposition({ name: "product", codebooks: { low: config, high: config } }, key),
  ],
  [`single ${config.name}`, () => createComposition({ name: "single", quantizer: config }, key)],
  [`residual ${config.name}`, () => createResidual({ quantizer: config, levels: 3, key })],
  [
    `residual ${config.name}, shared`,
    () =>
      createResidual({ quantizer: config, levels: 3, codebooks: "shared", gradient: "sum", key }),
  ],
]);

function latentsFor(composition: Composition, seed: number, count: number) {
  const entries = Object.entries(composition.latents).map(([name, { dimensions }], i) => {
    const values = normal(createKey(seed + i), count * dimensions);
    return [name, hostTensor(values, [count, dimensions])] as const;
  });
  return Object.fromEntries(entries);
}

const evaluate = (composition: Composition, latents: Record<string, HostTensor>) =>
  runInTest(latents, (fed) => {
    const { outputs, indices } = composition.quantize(fed as Record<string, Tensor2D>, {
      training: false,
    });
    return {
      outputs: { ...outputs },
      indices: { ...indices },
      looked: composition.lookup(indices),
    };
  });

const cases = testedEngines.flatMap((engine) =>
  compositions.map(([name, create]) => ({ name, engine, create })),
);

describe.each(cases)("$name on $engine", ({ engine, create }) => {
  beforeAll(() => useEngine(engine));

  it("gives each codebook's indices in range, and outputs that looking them up gives again", async () => {
    const composition = create();
    for (const [seed, count] of [
      [1, 1],
      [20, 7],
    ] as const) {
      const { outputs, indices, looked } = await evaluate(
        composition,
        latentsFor(composition, seed, count),
      );
      expect(Object.keys(indices)).toEqual(Object.keys(composition.codebooks));
      for (const [name, { size }] of Object.entries(composition.codebooks)) {
        expect(indices[name]).toMatchObject({ dtype: "int32", shape: [count] });
        expect([...indices[name]!.data].every((index) => index >= 0 && index < size)).toBe(true);
      }
      for (const name of Object.keys(composition.latents))
        expect(looked[name]!.data).toEqual(outputs[name]!.data);
    }
  });

  it("has named losses in training only, and gradients to every latent", () => {
    const composition = create();
    const latents = Object.entries(latentsFor(composition, 5, 6)).map(
      ([name, { data, shape }]) => [name, tf.variable(tf.tensor(data, [...shape]))] as const,
    );
    const named = Object.fromEntries(latents) as unknown as Record<string, Tensor2D>;
    expect(composition.quantize(named, { training: false }).losses).toEqual({});
    const { grads } = tf.variableGrads(
      () => {
        const { outputs, losses } = composition.quantize(named, { training: true });
        const first = Object.keys(composition.codebooks)[0]!;
        for (const name of Object.keys(losses)) expect(name).toMatch(/^\w+(\.\w+)?$/);
        expect(Object.keys(losses).filter((name) => name.startsWith(first))).toEqual(
          Object.keys(losses).slice(
            0,
            Object.keys(losses).length / Object.keys(composition.codebooks).length,
          ),
        );
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
});

describe("factorized", () => {
  it("keeps the order of its codebooks and names what is missing", () => {
    const factorized = createFactorized({
      codebooks: { visual: codebook, semanticMid: codebook, semanticHigh: codebook },
      disentanglement: 0.1,
      key,
    });
    expect(Object.keys(factorized.codebooks)).toEqual(["visual", "semanticMid", "semanticHigh"]);
    const latents = { visual: tf.ones([2, 4]) as Tensor2D };
    expect(() => factorized.quantize(latents, { training: true })).toThrow(
      'factorized: latents: expected "semanticMid", got visual',
    );
    expect(factorized.namedVariables().has("codebooks.semanticHigh.codebook")).toBe(true);
  });

  it("adds disentanglement once, and leaves it out when its weight is 0", () => {
    const z = () => tf.tensor2d(normal(key, 8), [2, 4]) as Tensor2D;
    const lossesWith = (disentanglement: number) =>
      createFactorized({ codebooks: { a: codebook, b: codebook }, disentanglement, key }).quantize(
        { a: z(), b: z() },
        { training: true },
      ).losses;
    expect(Object.keys(lossesWith(0))).not.toContain("disentanglement");
    expect(lossesWith(0.1).disentanglement!.dataSync()[0]).toBeGreaterThan(0);
  });

  it("needs a codebook", () => {
    expect(() => createFactorized({ codebooks: {}, key })).toThrow(
      "expected at least one codebook",
    );
  });
});

describe("residual", () => {
  const learned = { name: "vq", size: 32, dimensions: 4, normalize: "none" };

  it("never gets farther with another level, when a code may be zero", () => {
    const z = tf.mul(tf.tensor2d(normal(key, 400), [100, 4]), 0.02) as Tensor2D;
    const errorOf = (levels: number) => {
      const residual = createResidual({ quantizer: learned, levels, codebooks: "shared", key });
      const [codebook] = residual.trainableVariables();
      codebook!.assign(tf.concat([tf.zeros([1, 4]), tf.slice(codebook!, [1, 0])]) as never);
      const { outputs } = residual.quantize({ latent: z }, { training: false });
      return tf.losses.meanSquaredError(z, outputs.latent!).dataSync()[0]!;
    };
    const errors = [1, 2, 3, 4].map(errorOf);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors[3]).toBeLessThan(errors[0]!);
  });

  it("shares one codebook, or has one a level", () => {
    const variables = (codebooks: "shared" | "separate") =>
      createResidual({ quantizer: learned, levels: 3, codebooks, key }).parameterCount();
    expect(variables("shared")).toBe(32 * 4);
    expect(variables("separate")).toBe(3 * 32 * 4);
  });

  it("passes the gradient once a level, or once", () => {
    const gradientOf = (gradient: "every-level" | "sum") => {
      const residual = createResidual({ quantizer: learned, levels: 3, gradient, key });
      const f = (z: Tensor) =>
        tf.sum(residual.quantize({ latent: z as Tensor2D }, { training: false }).outputs.latent!);
      return tf
        .grad(f)(tf.ones([1, 4]))
        .dataSync()[0];
    };
    expect(gradientOf("every-level")).toBe(3);
    expect(gradientOf("sum")).toBe(1);
  });

  it("drops the last levels of a step with the chance that it is told", () => {
    const residual = createResidual({ quantizer: learned, levels: 4, dropout: 1, key });
    const z = tf.tensor2d(normal(key, 40), [10, 4]) as Tensor2D;
    const random = new RandomStream(key);
    const depths = new Set<number>();
    for (let step = 0; step < 40; step++, random.advance()) {
      const { losses } = residual.quantize({ latent: z }, { training: true, random });
      const commitments = Object.entries(losses).filter(([name]) => name.endsWith("commitment"));
      const active = commitments.map(([, loss]) => loss.dataSync()[0]! > 0);
      depths.add(active.lastIndexOf(true) + 1);
      expect(active.indexOf(false) === -1 || active.lastIndexOf(true) < active.indexOf(false)).toBe(
        true,
      );
    }
    expect([...depths].sort()).toEqual([1, 2, 3, 4]);
    expect(() => residual.quantize({ latent: z }, { training: true })).toThrow(
      "needs a random stream",
    );
  });
});

describe("compositions by config", () => {
  it("fill in defaults inside their quantizers' configs", () => {
    const composition = createComposition(
      { name: "residual", quantizer: { name: "vq", size: 8 }, levels: 2 },
      key,
    );
    expect(composition.latents).toEqual({ latent: { dimensions: 8 } });
  });

  it("name what is wrong inside", () => {
    const wrong = { name: "product", codebooks: { low: { name: "lfq", bitz: 3 } } };
    expect(() => createComposition(wrong, key)).toThrow(
      /codebooks\.low\.bitz: unknown key; did you mean bits/,
    );
  });
});
