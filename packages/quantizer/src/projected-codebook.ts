import { nn, type Scalar, type Tensor1D, type Tensor2D, tf, type Variable } from "@fqgan/tensor";
import { codebookLoss, commitmentLoss } from "./losses/codebook.js";
import { nearestCodes } from "./nearest-code.js";
import { checkLatents, type Quantized, type QuantizeMode, type Quantizer } from "./quantizer.js";

export interface ProjectedCodebookOptions {
  /** For errors. */
  readonly name: string;
  /** [K, F] row-major, kept as they are. */
  readonly features: Float32Array;
  readonly size: number;
  /** F → D, shared by all codes. */
  readonly projector: nn.Linear;
  /** Weights of the two losses. */
  readonly codebook: number;
  readonly commitment: number;
}

/**
 * Codes are frozen features behind one learned linear map: moving the map moves every code, so none is
 * left behind.
 */
export class ProjectedCodebookQuantizer extends nn.Module implements Quantizer {
  readonly dimensions: number;
  readonly size: number;
  /** [K, F], not trained. */
  readonly features: Variable;
  readonly projector: nn.Linear;
  readonly #options: ProjectedCodebookOptions;

  constructor(options: ProjectedCodebookOptions) {
    super();
    const [inputs, outputs] = options.projector.kernel.shape as [number, number];
    this.#options = options;
    this.dimensions = outputs;
    this.size = options.size;
    this.features = nn.buffer(options.features, [options.size, inputs]);
    this.projector = options.projector;
  }

  quantize(latents: Tensor2D, mode: QuantizeMode): Quantized {
    checkLatents(this.#options.name, latents, this.dimensions);
    const codebook = this.projector.call(this.features) as Tensor2D; // [K, D], only searched
    const indices = nearestCodes({ latents, codebook });
    const codes = this.lookup(indices);
    return { latents, codes, indices, losses: mode.training ? this.#losses(latents, codes) : {} };
  }

  lookup(indices: Tensor1D): Tensor2D {
    return this.projector.call(tf.gather(this.features, indices)) as Tensor2D;
  }

  #losses(latents: Tensor2D, codes: Tensor2D): Record<string, Scalar> {
    const { codebook, commitment } = this.#options;
    return {
      codebook: codebookLoss({ latents, codes, weight: codebook }),
      commitment: commitmentLoss({ latents, codes, weight: commitment }),
    };
  }
}
