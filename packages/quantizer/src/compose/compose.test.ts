import { createKey, normal, RandomStream, type Tensor, type Tensor2D, tf } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createFactorized } from "./factorized.js";
import { createComposition } from "./registry.js";
import { createResidual } from "./residual.js";

const key = createKey(3);
const codebook = { name: "vq", size: 16, dimensions: 4 };

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
