/**
 * Factorized quantization, https://arxiv.org/abs/2411.16681 (FQGAN): k named sub-codebooks, each over
 * its own latent of the same position, kept from repeating one another by the disentanglement loss.
 */
import { type StrategyConfig, UserError } from "@fqgan/registry";
import {
  fold,
  type HostTensor,
  type Key,
  nn,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from "@fqgan/tensor";
import { type EstimatorName, estimators } from "../estimators.js";
import { disentanglementLoss } from "../losses/disentanglement.js";
import type { Codes, Quantized, QuantizeMode, Quantizer } from "../quantizer.js";
import { createQuantizer } from "../registry.js";
import { type SeedingOptions, seedCodebook } from "../seed-codebook.js";
import type { Composed, Composition } from "./composition.js";
import { mapRecord, prefixed, take } from "./records.js";

/** Sub-codebooks by name, and what keeps them apart. */
export interface FactorizedOptions {
  /** A quantizer's config for each sub-codebook, in decoder channel order. */
  readonly codebooks: Readonly<Record<string, StrategyConfig>>;
  /** Weight of the disentanglement loss; 0 leaves it out. */
  readonly disentanglement?: number;
  readonly estimator?: EstimatorName;
  readonly key: Key;
}

/** k named sub-codebooks, each over a latent of its own. */
export class FactorizedQuantizer extends nn.Module implements Composition {
  /** By name; each also says how long its latent is. */
  readonly codebooks: Readonly<Record<string, Quantizer>>;
  readonly #disentanglement: number;
  readonly #estimator: EstimatorName;

  constructor(options: {
    readonly codebooks: Readonly<Record<string, Quantizer>>;
    readonly disentanglement: number;
    readonly estimator: EstimatorName;
  }) {
    super();
    this.codebooks = options.codebooks;
    this.#disentanglement = options.disentanglement;
    this.#estimator = options.estimator;
  }

  get latents(): Readonly<Record<string, Quantizer>> {
    return this.codebooks;
  }

  quantize(latents: Readonly<Record<string, Tensor2D>>, mode: QuantizeMode): Composed {
    const quantized = this.#each((quantizer, name) =>
      quantizer.quantize(take(latents, name, "factorized: latents"), mode),
    );
    if (mode.training)
      this.#each((quantizer, name) => quantizer.update?.({ ...quantized[name]!, ...mode }));
    const outputs = mapRecord(quantized, estimators[this.#estimator]);
    const indices = mapRecord(quantized, (factor) => factor.indices);
    return { outputs, indices, losses: mode.training ? this.#losses(quantized, outputs) : {} };
  }

  lookup(indices: Codes<Tensor1D>): Record<string, Tensor2D> {
    return this.#each((quantizer, name) =>
      quantizer.lookup(take(indices, name, "factorized: indices")),
    );
  }

  async seed(latents: Readonly<Record<string, HostTensor>>, options: SeedingOptions) {
    for (const [name, quantizer] of Object.entries(this.codebooks)) {
      const own = take(latents, name, "factorized: latents");
      const key = fold(options.key, name);
      if (quantizer.setCodes) await seedCodebook(quantizer, { ...options, key, latents: own });
    }
  }

  #losses(
    quantized: Readonly<Record<string, Quantized>>,
    outputs: Readonly<Record<string, Tensor2D>>,
  ): Record<string, Scalar> {
    const losses = prefixed(mapRecord(quantized, (factor) => factor.losses));
    if (this.#disentanglement > 0 && Object.keys(outputs).length > 1)
      losses.disentanglement = disentanglementLoss(outputs, this.#disentanglement);
    return losses;
  }

  #each<T>(f: (quantizer: Quantizer, name: string) => T): Record<string, T> {
    return mapRecord(this.codebooks, f);
  }
}

/** Sub-codebooks from their configs. */
export function createFactorized(options: FactorizedOptions): FactorizedQuantizer {
  const { codebooks, disentanglement = 0, estimator = "straight-through", key } = options;
  if (Object.keys(codebooks).length === 0)
    throw new UserError("factorized: expected at least one codebook, got none; name one");
  return new FactorizedQuantizer({
    codebooks: mapRecord(codebooks, (config, name) => createQuantizer(config, fold(key, name))),
    disentanglement,
    estimator,
  });
}
