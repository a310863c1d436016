/**
 * Multi-scale residual quantization, https://arxiv.org/abs/2404.02905 (VAR): each scale quantizes what the
 * coarser ones left over, pooled to its grid; the sum of all scales, enlarged, is what the decoder sees.
 * Here every scale has its quantizer's own losses, and enlarged codes go through no convolution.
 */
import { type StrategyConfig, UserError } from "@fqgan/registry";
import {
  fold,
  type HostTensor,
  type Key,
  nn,
  type Tensor1D,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { type EstimatorName, estimators } from "../estimators.js";
import type { Codes, Quantized, QuantizeMode, Quantizer } from "../quantizer.js";
import { createQuantizer } from "../registry.js";
import { type SeedingOptions, seedCodebook } from "../seed-codebook.js";
import { stopGradient } from "../straight-through.js";
import type { Composed, Composition } from "./composition.js";
import { averagePool, bicubic, resizeGrids } from "./grid-resize.js";
import { mapRecord, prefixed, take } from "./records.js";

export interface MultiScaleOptions {
  /** The config of the quantizer that all scales share. */
  readonly quantizer: StrategyConfig;
  /** Sides of the grids, growing; the last is the latents' own. */
  readonly scales: readonly number[];
  readonly estimator?: EstimatorName;
  readonly key: Key;
}

export class MultiScaleQuantizer extends nn.Module implements Composition {
  readonly quantizer: Quantizer;
  readonly sides: Readonly<Record<string, number>>;
  readonly #side: number;
  readonly #estimator: EstimatorName;

  constructor(quantizer: Quantizer, scales: readonly number[], estimator: EstimatorName) {
    super();
    this.quantizer = quantizer;
    this.sides = Object.fromEntries(scales.map((side) => [`scale${side}`, side]));
    this.#side = scales.at(-1)!;
    this.#estimator = estimator;
  }

  get latents(): { readonly latent: { readonly dimensions: number } } {
    return { latent: this.quantizer };
  }

  /** scale1, scale2, …: the same codebook, with side² positions an image. */
  get codebooks(): Readonly<Record<string, Quantizer>> {
    return mapRecord(this.sides, () => this.quantizer);
  }

  /** latents: { latent: [B·side², D] }, positions row-major, one image after another */
  quantize(latents: Readonly<Record<string, Tensor2D>>, mode: QuantizeMode): Composed {
    const latent = take(latents, "latent", "multi-scale: latents");
    this.#checkGrid(latent.shape[0]);
    let rest = latent;
    const scales = mapRecord(this.sides, (side): Quantized => {
      const pooled = resizeGrids(rest, { resize: averagePool, inputs: this.#side, outputs: side });
      const quantized = this.quantizer.quantize(pooled, mode);
      rest = tf.sub(rest, stopGradient(this.#enlarge(quantized.codes, side)));
      return quantized;
    });
    if (mode.training) this.#update(Object.values(scales), mode);
    const codes = this.#sum(mapRecord(scales, (scale) => scale.codes));
    return {
      outputs: { latent: estimators[this.#estimator]({ latents: latent, codes }) },
      indices: mapRecord(scales, ({ indices }) => indices),
      losses: prefixed(mapRecord(scales, ({ losses }) => losses)),
    };
  }

  /** [B·side²] int32 for each scale → { latent: [B·side², D] } */
  lookup(indices: Codes<Tensor1D>): Record<string, Tensor2D> {
    const codes = mapRecord(this.sides, (_, name) =>
      this.quantizer.lookup(take(indices, name, "multi-scale: indices")),
    );
    return { latent: this.#sum(codes) };
  }

  async seed(latents: Readonly<Record<string, HostTensor>>, options: SeedingOptions) {
    const own = take(latents, "latent", "multi-scale: latents");
    if (this.quantizer.setCodes) await seedCodebook(this.quantizer, { ...options, latents: own });
  }

  #enlarge(codes: Tensor2D, side: number): Tensor2D {
    return resizeGrids(codes, { resize: bicubic, inputs: side, outputs: this.#side });
  }

  /** The codes of all scales on the finest grid. */
  #sum(codes: Readonly<Record<string, Tensor2D>>): Tensor2D {
    const enlarged = mapRecord(this.sides, (side, name) => this.#enlarge(codes[name]!, side));
    return tf.addN(Object.values(enlarged));
  }

  #update(scales: readonly Quantized[], { random }: QuantizeMode): void {
    this.quantizer.update?.({
      latents: tf.concat(scales.map(({ latents }) => latents)),
      indices: tf.concat(scales.map(({ indices }) => indices)),
      ...(random && { random }),
    });
  }

  #checkGrid(rows: number): void {
    if (rows % this.#side ** 2 === 0) return;
    throw new UserError(
      `multi-scale: expected latents of whole ${this.#side}×${this.#side} grids, got ${rows} positions; ` +
        "the last scale is the side of the latents' grid",
    );
  }
}

export function createMultiScale(options: MultiScaleOptions): MultiScaleQuantizer {
  const { quantizer, scales, estimator = "straight-through", key } = options;
  const growing = scales.every((side, i) => side > (scales[i - 1] ?? 0));
  if (scales.length === 0 || !growing)
    throw new UserError(
      `multi-scale: expected growing scales such as 1, 2, 4, got ${scales.join(", ") || "none"}`,
    );
  return new MultiScaleQuantizer(
    createQuantizer(quantizer, fold(key, "shared")),
    scales,
    estimator,
  );
}
