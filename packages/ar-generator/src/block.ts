/**
 * The block of Llama (Touvron et al., arXiv 2302.13971): RMSNorm before attention with rotary positions
 * and before SwiGLU (Shazeer, arXiv 2002.05202); no biases.
 */
import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";
import { Attention, type BlockConfig, type Incremental, type Whole } from "./attention.js";
import { feedForwardWidth } from "./feed-forward-width.js";
import { weightInit } from "./initial.js";
import { dropRows, dropValues, type Regularisation } from "./regularisation.js";

/** What a training step drops in a block. */
export interface BlockDropout extends Regularisation {
  /** Probability that a row skips a branch. */
  readonly path: number;
}

class SwiGlu extends nn.Module {
  readonly gate: nn.Linear;
  readonly value: nn.Linear;
  readonly output: nn.Linear;

  constructor(config: BlockConfig, key: Key | undefined) {
    super();
    const inner = feedForwardWidth(config);
    const linear = (name: string, inputs: number, outputs: number) =>
      new nn.Linear({ inputs, outputs, bias: false, ...weightInit(key, name) });
    this.gate = linear("gate", config.width, inner);
    this.value = linear("value", config.width, inner);
    this.output = linear("output", inner, config.width);
  }

  /** [..., C] → [..., C] */
  call(x: Tensor): Tensor {
    return this.output.call(tf.mul(nn.silu(this.gate.call(x)), this.value.call(x)));
  }
}

export class Block extends nn.Module {
  readonly attentionNorm: nn.RmsNorm;
  readonly attention: Attention;
  readonly feedForwardNorm: nn.RmsNorm;
  readonly feedForward: SwiGlu;

  constructor(config: BlockConfig, key: Key | undefined) {
    super();
    const under = (name: string) => key && fold(key, name);
    this.attentionNorm = new nn.RmsNorm({ channels: config.width });
    this.attention = new Attention(config, under("attention"));
    this.feedForwardNorm = new nn.RmsNorm({ channels: config.width });
    this.feedForward = new SwiGlu(config, under("feedForward"));
  }

  /** [B, T, C] → [B, T, C] */
  call(x: Tensor, sequence: Whole, dropout?: BlockDropout): Tensor {
    const kept = (branch: Tensor, rate: "residual" | "feedForward") => {
      if (!dropout) return branch;
      const { random, path } = dropout;
      return dropRows(dropValues(branch, dropout[rate], random), path, random);
    };
    const attended = this.attention.call(this.attentionNorm.call(x), sequence);
    const middle = tf.add(x, kept(attended, "residual"));
    const fed = this.feedForward.call(this.feedForwardNorm.call(middle));
    return tf.add(middle, kept(fed, "feedForward"));
  }

  /** One position [B, C] → [B, C]; its keys and values go to the cache. */
  next(x: Tensor, place: Incremental): Tensor {
    const middle = tf.add(x, this.attention.next(this.attentionNorm.call(x), place));
    return tf.add(middle, this.feedForward.call(this.feedForwardNorm.call(middle)));
  }
}
