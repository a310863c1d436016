/**
 * Vector quantization, https://arxiv.org/abs/1711.00937 (VQ-VAE), with the l2-normalised codes of
 * https://arxiv.org/abs/2110.04627 (ViT-VQGAN): each latent becomes its nearest code, and codes learn
 * by gradient. Losses as FQGAN uses them, its entropy term included.
 */
import { nn, type Scalar, type Tensor1D, type Tensor2D, tf, type Variable } from "@fqgan/tensor";
import {
  choiceEntropy,
  normalize,
  tableOfBits,
  tableOptions,
  weight,
} from "../codebook-options.js";
import { DeadCodes, deadCodeOptions } from "../dead-codes.js";
import { initialCodebook } from "../initial-codebook.js";
import { codebookLoss, commitmentLoss } from "../losses/codebook.js";
import { distanceEntropyLoss } from "../losses/entropy.js";
import { orthogonalityLoss } from "../losses/orthogonality.js";
import { nearestCodes } from "../nearest-code.js";
import { normalizations } from "../normalize.js";
import {
  checkLatents,
  defineQuantizer,
  type OptionsOf,
  type Quantized,
  type QuantizeMode,
  type Quantizer,
  type Seen,
  type SetCodes,
} from "../quantizer.js";

const options = {
  ...tableOptions(),
  normalize,
  /** Of the codebook loss. */
  codebook: weight(1),
  /** β, of the commitment loss. */
  beta: weight(0.25),
  entropy: choiceEntropy({ weight: 0 }),
  /** Of the orthogonality loss. */
  orthogonality: weight(0),
  deadCodes: deadCodeOptions,
};

export class VectorQuantizer extends nn.Module implements Quantizer {
  readonly dimensions: number;
  readonly size: number;
  readonly comparesDirections: boolean;
  /** [K, D], normalised at every use where `normalize` says so. */
  readonly codebook: Variable;
  readonly deadCodes?: DeadCodes;
  readonly #options: OptionsOf<typeof options>;

  constructor(parsed: OptionsOf<typeof options>, values: Float32Array) {
    super();
    this.#options = parsed;
    this.comparesDirections = parsed.normalize === "l2";
    this.size = parsed.size;
    this.dimensions = parsed.dimensions;
    this.codebook = nn.parameter(values, [parsed.size, parsed.dimensions]);
    if (parsed.deadCodes.below > 0) this.deadCodes = new DeadCodes(parsed.size, parsed.deadCodes);
  }

  quantize(input: Tensor2D, mode: QuantizeMode): Quantized {
    checkLatents("vq", input, this.dimensions);
    const latents = normalizations[this.#options.normalize](input);
    const codebook = this.#codes();
    const indices = nearestCodes({ latents, codebook });
    const codes = tf.gather(codebook, indices);
    const losses = mode.training ? this.#losses(latents, codes, codebook) : {};
    return { latents, codes, indices, losses };
  }

  lookup(indices: Tensor1D): Tensor2D {
    return tf.gather(this.#codes(), indices);
  }

  update({ latents, indices, random }: Seen): void {
    const codebook = this.codebook as unknown as Tensor2D;
    const fresh = this.deadCodes?.replace({ codebook, latents, indices, random });
    if (fresh) this.codebook.assign(fresh.codebook as never);
  }

  setCodes({ codes }: SetCodes): void {
    this.codebook.assign(normalizations[this.#options.normalize](codes) as never);
  }

  #codes(): Tensor2D {
    return normalizations[this.#options.normalize](this.codebook as unknown as Tensor2D);
  }

  #losses(latents: Tensor2D, codes: Tensor2D, codebook: Tensor2D): Record<string, Scalar> {
    const { codebook: weight, beta, entropy, orthogonality } = this.#options;
    return {
      codebook: codebookLoss({ latents, codes, weight }),
      commitment: commitmentLoss({ latents, codes, weight: beta }),
      ...(entropy.weight > 0 && {
        entropy: distanceEntropyLoss({ latents, codebook, ...entropy }),
      }),
      ...(orthogonality > 0 && { orthogonality: orthogonalityLoss(codebook, orthogonality) }),
    };
  }
}

export const vq = defineQuantizer({
  name: "vq",
  summary: "Nearest code of a codebook learned by gradient, by cosine (l2) or Euclidean distance",
  reference: "https://arxiv.org/abs/1711.00937",
  options,
  example: { size: 16, dimensions: 4, entropy: { weight: 0.03 } },
  // Latents of all lengths, as a lab's are.
  ofBits: (bits, dimensions) => ({ ...tableOfBits(bits, dimensions), normalize: "none" }),
  create: (parsed, key) => new VectorQuantizer(parsed, initialCodebook(parsed, key)),
});
