/**
 * Index backpropagation quantization, https://arxiv.org/abs/2412.02692 (IBQ): the decoder's gradient goes
 * through a softmax over all codes, so that every code is moved at every step.
 */
import {
  fold,
  nn,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Variable,
} from "@fqgan/tensor";
import { choiceEntropy, tableOfBits, tableOptions, weight } from "../codebook-options.js";
import { codebookLoss, commitmentLoss } from "../losses/codebook.js";
import { softChoiceEntropies } from "../losses/entropy.js";
import { mostAlignedCodes } from "../nearest-code.js";
import {
  checkLatents,
  defineQuantizer,
  type OptionsOf,
  type Quantized,
  type QuantizeMode,
  type Quantizer,
  type SetCodes,
} from "../quantizer.js";
import { stopGradient } from "../straight-through.js";

const options = {
  ...tableOptions({ dimensions: 256 }),
  /** β, of the codebook loss. */
  beta: weight(0.25),
  entropy: choiceEntropy({ weight: 0.05 }),
};

export class IndexBackpropagationQuantizer extends nn.Module implements Quantizer {
  readonly dimensions: number;
  readonly size: number;
  /** [K, D] */
  readonly codebook: Variable;
  readonly #options: OptionsOf<typeof options>;

  constructor(parsed: OptionsOf<typeof options>, values: Float32Array) {
    super();
    this.#options = parsed;
    this.size = parsed.size;
    this.dimensions = parsed.dimensions;
    this.codebook = nn.parameter(values, [parsed.size, parsed.dimensions]);
  }

  quantize(latents: Tensor2D, mode: QuantizeMode): Quantized {
    checkLatents("ibq", latents, this.dimensions);
    if (!mode.training) {
      const indices = mostAlignedCodes({ latents, codebook: this.#codes() });
      return { latents, codes: this.lookup(indices), indices, losses: {} };
    }
    const logits = tf.matMul(latents, this.#codes(), false, true) as Tensor2D; // [N, K]
    const indices = tf.argMax(stopGradient(logits), 1) as Tensor1D;
    const codes = this.lookup(indices);
    const path = this.#softPath(logits, codes);
    return {
      latents: path,
      codes,
      indices,
      losses: this.#losses({ latents, logits, codes, path }),
    };
  }

  lookup(indices: Tensor1D): Tensor2D {
    return tf.gather(this.#codes(), indices) as Tensor2D;
  }

  setCodes({ codes }: SetCodes): void {
    this.codebook.assign(codes as never);
  }

  /** The codes' values; gradients reach the latents by the softmax, the codebook by the chosen codes. */
  #softPath(logits: Tensor2D, codes: Tensor2D): Tensor2D {
    const soft = tf.matMul(tf.softmax(logits, 1), stopGradient(this.#codes()));
    return tf.add(codes, tf.sub(soft, stopGradient(soft)));
  }

  #losses(options: {
    readonly latents: Tensor2D;
    readonly logits: Tensor2D;
    readonly codes: Tensor2D;
    readonly path: Tensor2D;
  }): Record<string, Scalar> {
    const { latents, logits, codes, path } = options;
    const { beta, entropy } = this.#options;
    return {
      quantization: tf.mean(tf.squaredDifference(path, latents)),
      commitment: commitmentLoss({ latents, codes, weight: 1 }),
      codebook: codebookLoss({ latents, codes, weight: beta }),
      ...(entropy.weight > 0 && { entropy: this.#entropyLoss(logits) }),
    };
  }

  #entropyLoss(logits: Tensor2D): Scalar {
    const { weight, temperature } = this.#options.entropy;
    const { sample, batch } = softChoiceEntropies(tf.div(logits, temperature));
    return tf.mul(tf.sub(sample, batch), weight);
  }

  #codes(): Tensor2D {
    return this.codebook as unknown as Tensor2D;
  }
}

export const ibq = defineQuantizer({
  name: "ibq",
  summary: "The code of largest dot product, with gradients to all codes through a softmax",
  reference: "https://arxiv.org/abs/2412.02692",
  options,
  example: { size: 16, dimensions: 4 },
  ofBits: tableOfBits,
  create(parsed, key) {
    const shape = [parsed.size, parsed.dimensions];
    const values = nn.uniformInit(1 / parsed.size)(fold(key, "codebook"), shape);
    return new IndexBackpropagationQuantizer(parsed, values);
  },
});
