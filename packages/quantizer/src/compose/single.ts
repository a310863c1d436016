import type { StrategyConfig } from "@fqgan/registry";
import { type HostTensor, type Key, nn, type Tensor1D, type Tensor2D } from "@fqgan/tensor";
import { type EstimatorName, estimators } from "../estimators.js";
import type { Codes, QuantizeMode, Quantizer } from "../quantizer.js";
import { createQuantizer } from "../registry.js";
import { type SeedingOptions, seedCodebook } from "../seed-codebook.js";
import type { Composed, Composition } from "./composition.js";
import { prefixed, take } from "./records.js";

/** One quantizer as a composition: the latent `latent`, the codebook `code`. */
export class SingleQuantizer extends nn.Module implements Composition {
  readonly codebooks: { readonly code: Quantizer };
  readonly comparesDirections: boolean;
  readonly #estimator: EstimatorName;

  constructor(quantizer: Quantizer, estimator: EstimatorName) {
    super();
    this.codebooks = { code: quantizer };
    this.comparesDirections = quantizer.comparesDirections ?? false;
    this.#estimator = estimator;
  }

  get latents(): { readonly latent: Quantizer } {
    return { latent: this.codebooks.code };
  }

  quantize(latents: Readonly<Record<string, Tensor2D>>, mode: QuantizeMode): Composed {
    const quantizer = this.codebooks.code;
    const quantized = quantizer.quantize(take(latents, "latent", "single: latents"), mode);
    if (mode.training) quantizer.update?.({ ...quantized, ...mode });
    return {
      outputs: { latent: estimators[this.#estimator](quantized) },
      indices: { code: quantized.indices },
      losses: prefixed({ code: quantized.losses }),
    };
  }

  lookup(indices: Codes<Tensor1D>): Record<string, Tensor2D> {
    return { latent: this.codebooks.code.lookup(take(indices, "code", "single: indices")) };
  }

  async seed(latents: Readonly<Record<string, HostTensor>>, options: SeedingOptions) {
    const quantizer = this.codebooks.code;
    const own = take(latents, "latent", "single: latents");
    if (quantizer.setCodes) await seedCodebook(quantizer, { ...options, latents: own });
  }
}

/** One quantizer as a composition, from its config. */
export function createSingle(options: {
  readonly quantizer: StrategyConfig;
  readonly estimator?: EstimatorName;
  readonly key: Key;
}): SingleQuantizer {
  const { quantizer, estimator = "straight-through", key } = options;
  return new SingleQuantizer(createQuantizer(quantizer, key), estimator);
}
