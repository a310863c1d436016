import { nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { FrozenLayerNorm } from "../layers/layer-norm.js";
import { FrozenLinear } from "../layers/linear.js";

/** What a block's weights are called; `project` holds queries, keys and values. */
export interface BlockNames {
  readonly norm1: string;
  readonly project: { readonly weight: string; readonly bias: string };
  readonly output: string;
  readonly norm2: string;
  readonly expand: string;
  readonly contract: string;
  /** Factors of each channel of what attention and the layers after it add. */
  readonly scales?: readonly [attention: string, layers: string];
}

export interface BlockOptions {
  readonly names: BlockNames;
  readonly channels: number;
  readonly heads: number;
  readonly epsilon: number;
  readonly activation: (x: Tensor) => Tensor;
}

/** A block of a vision transformer, norms first (Dosovitskiy et al., arXiv 2010.11929); never trained. */
export class FrozenBlock extends nn.Module {
  readonly norm1: FrozenLayerNorm;
  readonly project: FrozenLinear;
  readonly output: FrozenLinear;
  readonly norm2: FrozenLayerNorm;
  readonly expand: FrozenLinear;
  readonly contract: FrozenLinear;
  readonly scales: readonly Variable[];
  readonly #heads: number;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(weights: StateDict, options: BlockOptions) {
    super();
    const { names, channels, heads, epsilon, activation } = options;
    const linear = (name: string, inputs: number, outputs: number) =>
      new FrozenLinear(weights, parameters(name), { inputs, outputs });
    const width = weights.shapeOf(parameters(names.expand).weight)[0]!;
    this.norm1 = new FrozenLayerNorm(weights, names.norm1, { channels, epsilon });
    this.project = new FrozenLinear(weights, names.project, {
      inputs: channels,
      outputs: 3 * channels,
    });
    this.output = linear(names.output, channels, channels);
    this.norm2 = new FrozenLayerNorm(weights, names.norm2, { channels, epsilon });
    this.expand = linear(names.expand, channels, width);
    this.contract = linear(names.contract, width, channels);
    this.scales = (names.scales ?? []).map((name) =>
      nn.buffer(weights.take(name, [channels]), [channels]),
    );
    this.#heads = heads;
    this.#activation = activation;
  }

  /** [B, T, C] → [B, T, C] */
  call(x: Tensor): Tensor {
    const attended = tf.add(x, this.#scaled(0, this.#attend(this.norm1.call(x))));
    const hidden = this.#activation(this.expand.call(this.norm2.call(attended)));
    return tf.add(attended, this.#scaled(1, this.contract.call(hidden)));
  }

  #attend(x: Tensor): Tensor {
    const [q, k, v] = tf
      .split(this.project.call(x), 3, -1)
      .map((part) => nn.splitHeads(part, this.#heads)) as [Tensor, Tensor, Tensor];
    return this.output.call(nn.mergeHeads(nn.scaledDotProductAttention(q, k, v)));
  }

  #scaled(index: number, x: Tensor): Tensor {
    const scale = this.scales[index];
    return scale ? tf.mul(x, scale) : x;
  }
}

const parameters = (name: string) => ({ weight: `${name}.weight`, bias: `${name}.bias` });
