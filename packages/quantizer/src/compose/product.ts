/**
 * Product quantization (Jégou et al., https://ieeexplore.ieee.org/document/5432202): the channels of one
 * latent are split, and each part has its own codebook.
 */
import {
  compile,
  type HostTensor,
  nn,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { type Codes, checkLatents, type QuantizeMode, type Quantizer } from "../quantizer.js";
import type { SeedingOptions } from "../seed-codebook.js";
import type { Composed, Composition } from "./composition.js";
import {
  createFactorized,
  type FactorizedOptions,
  type FactorizedQuantizer,
} from "./factorized.js";
import { take } from "./records.js";

/** Factorized quantization of the latent `latent`, whose channels are the parts' in their order. */
export class ProductQuantizer extends nn.Module implements Composition {
  readonly parts: FactorizedQuantizer;

  constructor(parts: FactorizedQuantizer) {
    super();
    this.parts = parts;
  }

  get codebooks(): Readonly<Record<string, Quantizer>> {
    return this.parts.codebooks;
  }

  get comparesDirections(): boolean {
    return Object.values(this.codebooks).every((quantizer) => quantizer.comparesDirections);
  }

  get latents(): { readonly latent: { readonly dimensions: number } } {
    const parts = Object.values(this.codebooks);
    return { latent: { dimensions: parts.reduce((sum, part) => sum + part.dimensions, 0) } };
  }

  quantize(latents: Readonly<Record<string, Tensor2D>>, mode: QuantizeMode): Composed {
    const latent = take(latents, "latent", "product: latents");
    checkLatents("product", latent, this.latents.latent.dimensions);
    const { outputs, ...rest } = this.parts.quantize(splitChannels(latent, this.codebooks), mode);
    return { ...rest, outputs: { latent: joinChannels(outputs) } };
  }

  lookup(indices: Codes<Tensor1D>): Record<string, Tensor2D> {
    return { latent: joinChannels(this.parts.lookup(indices)) };
  }

  async seed(latents: Readonly<Record<string, HostTensor>>, options: SeedingOptions) {
    const program = compile<{ z: HostTensor }, Record<string, Tensor>>(({ z }) =>
      splitChannels(z as Tensor2D, this.codebooks),
    );
    const parts = await program({ z: take(latents, "latent", "product: latents") });
    program.dispose();
    await this.parts.seed(parts, options);
  }
}

/** The channels of [N, ΣD] as named parts of their lengths, in order. */
export function splitChannels(
  latent: Tensor2D,
  parts: Readonly<Record<string, { readonly dimensions: number }>>,
): Record<string, Tensor2D> {
  let first = 0;
  const split = Object.entries(parts).map(([name, { dimensions }]) => {
    const part = tf.slice(latent, [0, first], [latent.shape[0], dimensions]);
    first += dimensions;
    return [name, part] as const;
  });
  return Object.fromEntries(split);
}

/** Named parts side by side in their order: [N, D] each → [N, ΣD]. */
export function joinChannels(parts: Readonly<Record<string, Tensor2D>>): Tensor2D {
  return tf.concat(Object.values(parts), 1);
}

/** A product quantizer from its parts' configs. */
export function createProduct(options: FactorizedOptions): ProductQuantizer {
  return new ProductQuantizer(createFactorized(options));
}
