import { defineRegistry, type Registry, type Strategy, type StrategyConfig } from "@fqgan/registry";
import type { Key } from "@fqgan/tensor";
import * as z from "zod";
import { type EstimatorName, estimators } from "../estimators.js";
import type { OfBits, OptionsOf } from "../quantizer.js";
import { quantizers } from "../registry.js";
import type { Composition } from "./composition.js";
import { createFactorized } from "./factorized.js";
import { createGaussian } from "./gaussian.js";
import { createMultiScale } from "./multi-scale.js";
import { createProduct } from "./product.js";
import { createResidual } from "./residual.js";
import { createSingle } from "./single.js";

/** A way to compose quantizers that plugs in by name. */
export interface CompositionStrategy extends Strategy {
  /** Options for about 2^bits combinations of codes of one latent, as `QuantizerStrategy.ofBits`. */
  readonly ofBits?: OfBits;
  /** Small valid options over any quantizer's config: for the docs and the conformance tests. */
  example(quantizer: StrategyConfig): Readonly<Record<string, unknown>>;
  create(options: Readonly<Record<string, unknown>>, key: Key): Composition;
}

function defineComposition<Shape extends z.ZodRawShape>(strategy: {
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  readonly options: Shape;
  readonly ofBits?: OfBits;
  example(quantizer: StrategyConfig): Readonly<Record<string, unknown>>;
  create(options: OptionsOf<Shape> & { readonly key: Key }): Composition;
}): CompositionStrategy {
  const { create, ...stated } = strategy;
  // The registry parses with `options` before it calls `create`, so the parsed type holds.
  return { ...stated, create: (options, key) => create({ ...(options as OptionsOf<Shape>), key }) };
}

const estimator = z.enum(Object.keys(estimators) as EstimatorName[]).default("straight-through");

/** A table of 2^bits codes, compared as they are. */
const plain = (bits: number, dimensions: number): StrategyConfig => ({
  name: "vq",
  size: 2 ** Math.max(1, bits),
  dimensions,
  normalize: "none",
});

const codebooks = {
  codebooks: z.record(z.string(), quantizers.schema),
  disentanglement: z.number().nonnegative().default(0),
  estimator,
};

/** Every composition by name. */
export const compositions: Registry<CompositionStrategy> = defineRegistry<CompositionStrategy>(
  "composition",
  [
    defineComposition({
      name: "single",
      summary: "One quantizer",
      reference: "https://arxiv.org/abs/1711.00937",
      options: { quantizer: quantizers.schema, estimator },
      example: (quantizer) => ({ quantizer }),
      create: createSingle,
    }),
    defineComposition({
      name: "factorized",
      summary: "Named sub-codebooks, each over its own latent",
      reference: "https://arxiv.org/abs/2411.16681",
      options: codebooks,
      example: (quantizer) => ({ codebooks: { visual: quantizer, semantic: quantizer } }),
      create: createFactorized,
    }),
    defineComposition({
      name: "product",
      summary: "Named sub-codebooks over the channels of one latent",
      reference: "https://ieeexplore.ieee.org/document/5432202",
      options: codebooks,
      example: (quantizer) => ({ codebooks: { low: quantizer, high: quantizer } }),
      ofBits: (bits, dimensions) => ({
        codebooks: {
          low: plain(Math.ceil(bits / 2), Math.ceil(dimensions / 2)),
          high: plain(Math.floor(bits / 2), Math.max(1, Math.floor(dimensions / 2))),
        },
      }),
      create: createProduct,
    }),
    defineComposition({
      name: "residual",
      summary: "Levels that each quantize what the ones before left over",
      reference: "https://arxiv.org/abs/2203.01941",
      options: {
        quantizer: quantizers.schema,
        levels: z.int().positive().default(4),
        codebooks: z.enum(["separate", "shared"]).default("separate"),
        gradient: z.enum(["every-level", "sum"]).default("every-level"),
        dropout: z.number().min(0).max(1).default(0),
        estimator,
      },
      example: (quantizer) => ({ quantizer, levels: 2 }),
      ofBits: (bits, dimensions) => ({
        quantizer: plain(Math.round(bits / 2), dimensions),
        levels: 2,
      }),
      create: createResidual,
    }),
    defineComposition({
      name: "gaussian",
      summary: "No codes: continuous latents of a diagonal Gaussian with a KL loss",
      reference: "https://arxiv.org/abs/2112.10752",
      options: {
        dimensions: z.int().positive().default(4),
        weight: z.number().nonnegative().default(1e-6),
      },
      example: () => ({ dimensions: 3 }),
      create: createGaussian,
    }),
    defineComposition({
      name: "multi-scale",
      summary: "Grids from coarse to fine that each quantize what is left over",
      reference: "https://arxiv.org/abs/2404.02905",
      options: {
        quantizer: quantizers.schema,
        scales: z.array(z.int().positive()).min(1).default([1, 2, 3, 4, 5, 6, 8, 10, 13, 16]),
        estimator,
      },
      example: (quantizer) => ({ quantizer, scales: [1, 2] }),
      create: createMultiScale,
    }),
  ],
);

/** A composition from its config: `{ name: "residual", quantizer: { name: "vq", size: 1024 } }`. */
export function createComposition(config: StrategyConfig, key: Key): Composition {
  const { strategy, config: parsed } = compositions.parse(config, `composition "${config.name}"`);
  return strategy.create(parsed, key);
}
