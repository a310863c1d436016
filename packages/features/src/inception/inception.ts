/**
 * The Inception-v3 (Szegedy et al., arXiv 1512.00567) that FID and IS are defined by: Google's graph of
 * 2015-12-05 with 1008 outputs. It is not torchvision's: averages at the border leave the padding out,
 * the last block pools by maximum, and ε of batch norm is 1e-3.
 */
import { nn, type Tensor, type Tensor2D, type Tensor4D, tf, type Variable } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { transposed } from "../layers/layout.js";
import { Block } from "./block.js";
import { blockA, blockB, blockC, blockD, blockE } from "./blocks.js";
import { Unit, unitShape as unit } from "./unit.js";

export const INCEPTION_SIDE = 299;
const CLASSES = 1008;

/** What the network says of a batch of images. */
export interface InceptionOutputs {
  /** Means over places after the first and second max pool, Mixed_6e and the last block: [B, 64], … */
  readonly features: Readonly<Record<"64" | "192" | "768" | "2048", Tensor>>;
  /** ADM's spatial features for sFID: 7 channels of 17×17 places, [B, 2023]. */
  readonly spatial: Tensor;
  /** Without the bias of the last layer, as every IS takes them: [B, 1008]. */
  readonly logits: Tensor;
  /** The last layer's own: [B, 1008]. */
  readonly biasedLogits: Tensor;
}

/** The Inception-v3 that FID is defined by, batch norm folded into its convolutions. */
export class Inception extends nn.Module {
  readonly stem: readonly (readonly Unit[])[];
  readonly blocks: Readonly<Record<string, Block>>;
  /** [2048, 1008] */
  readonly classifier: Variable;
  /** [1008] */
  readonly classifierBias: Variable;

  /** @param weights by the names of `pt_inception-2015-12-05-6726825d.pth` */
  constructor(weights: StateDict) {
    super();
    let inputs = 3;
    const stem = [
      [
        unit("Conv2d_1a_3x3", 32, [3, 3], { stride: 2 }),
        unit("Conv2d_2a_3x3", 32, [3, 3], { padded: false }),
        unit("Conv2d_2b_3x3", 64, [3, 3]),
      ],
      [unit("Conv2d_3b_1x1", 80), unit("Conv2d_4a_3x3", 192, [3, 3], { padded: false })],
    ];
    this.stem = stem.map((units) =>
      units.map((shape) => {
        const made = new Unit(weights, { ...shape, inputs });
        inputs = shape.outputs;
        return made;
      }),
    );
    const blocks = {
      Mixed_5b: blockA(32),
      Mixed_5c: blockA(64),
      Mixed_5d: blockA(64),
      Mixed_6a: blockB,
      Mixed_6b: blockC(128),
      Mixed_6c: blockC(160),
      Mixed_6d: blockC(160),
      Mixed_6e: blockC(192),
      Mixed_7a: blockD,
      Mixed_7b: blockE("average"),
      Mixed_7c: blockE("max"),
    };
    this.blocks = Object.fromEntries(
      Object.entries(blocks).map(([name, branches]) => {
        const block = new Block(weights, { name, inputs, branches });
        inputs = block.outputs;
        return [name, block];
      }),
    );
    const weight = weights.take("fc.weight", [CLASSES, inputs]);
    this.classifier = nn.buffer(transposed(weight, CLASSES, inputs), [inputs, CLASSES]);
    this.classifierBias = nn.buffer(weights.take("fc.bias", [CLASSES]), [CLASSES]);
  }

  /** [B, 299, 299, 3], pixels as (x - 128) / 128 */
  call(images: Tensor): InceptionOutputs {
    const mean = (x: Tensor) => tf.mean(x, [1, 2]); // [B, C]
    let x = images;
    const [first, second] = this.stem.map((units) => {
      x = units.reduce((value, made) => made.call(value), x);
      x = tf.maxPool(x as Tensor4D, 3, 2, "valid");
      return x;
    }) as [Tensor, Tensor];
    const after: Record<string, Tensor> = {};
    let spatial: Tensor | undefined;
    for (const [name, block] of Object.entries(this.blocks)) {
      const parts = block.parts(x);
      if (name === "Mixed_6d") spatial = spatialFeatures(parts[0]!);
      x = tf.concat(parts, 3);
      after[name] = x;
    }
    const pooled = mean(x); // [B, 2048]
    const logits = tf.matMul(pooled as Tensor2D, this.classifier as unknown as Tensor2D);
    return {
      features: { 64: mean(first), 192: mean(second), 768: mean(after.Mixed_6e!), 2048: pooled },
      spatial: spatial!,
      logits,
      biasedLogits: tf.add(logits, this.classifierBias),
    };
  }
}

/** The first 7 channels of Mixed_6d's 1×1 branch, places first: [B, 17, 17, 192] → [B, 2023] */
function spatialFeatures(branch: Tensor): Tensor {
  const [batch, height, width] = branch.shape as [number, number, number];
  const channels = tf.slice(branch, [0, 0, 0, 0], [batch, height, width, 7]);
  return tf.reshape(channels, [batch, height * width * 7]);
}
