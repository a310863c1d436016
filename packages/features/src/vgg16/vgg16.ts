/**
 * VGG-16 up to its second fully connected layer (Simonyan & Zisserman, arXiv 1409.1556): the features in which
 * improved precision and recall are defined (Kynkäänniemi et al., arXiv 1904.06991).
 */
import { nn, type Tensor, type Tensor2D, type Tensor4D, tf, type Variable } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { filterFromTorch } from "../layers/layout.js";
import { FrozenLinear } from "../layers/linear.js";
import { runTrunk, type TrunkConvolutions, trunkConvolutions } from "../lpips/run-trunk.js";
import { type Trunk, trunks } from "../lpips/trunks.js";

export interface Vgg16Shape {
  readonly trunk: Trunk;
  /** Places a side after the last pool. */
  readonly side: number;
  /** Width of both fully connected layers. */
  readonly hidden: number;
}

/** As published: images of 224 × 224 become 7 × 7 places, and those 4096 numbers. */
export const VGG16: Vgg16Shape = { trunk: trunks.vgg16, side: 7, hidden: 4096 };

/** Never trained: [B, 224, 224, 3] in ImageNet's mean and deviation → [B, 4096], after the ReLU. */
export class Vgg16 extends nn.Module {
  readonly convolutions: TrunkConvolutions;
  /** [side · side · C, hidden] */
  readonly firstKernel: Variable;
  readonly firstBias: Variable;
  readonly second: FrozenLinear;
  readonly #trunk: Trunk;

  /** @param weights torchvision's `features.<i>` and `classifier.{0, 3}` */
  constructor(weights: StateDict, { trunk, side, hidden }: Vgg16Shape = VGG16) {
    super();
    this.#trunk = trunk;
    this.convolutions = trunkConvolutions(trunk, weights);
    const channels = trunk.stages.at(-1)!.convolutions.at(-1)!.outputs;
    const inputs = side * side * channels;
    // PyTorch lays a map out by channels, we by places: [hidden, C, side, side] → [side, side, C, hidden]
    const first = weights.take("classifier.0.weight", [hidden, inputs]);
    const kernel = filterFromTorch(first, [hidden, channels, side, side]);
    this.firstKernel = nn.buffer(kernel, [inputs, hidden]);
    this.firstBias = nn.buffer(weights.take("classifier.0.bias", [hidden]), [hidden]);
    const names = { weight: "classifier.3.weight", bias: "classifier.3.bias" };
    this.second = new FrozenLinear(weights, names, { inputs: hidden, outputs: hidden });
  }

  call(images: Tensor): Tensor {
    const { convolutions } = this;
    const map = runTrunk(images, { trunk: this.#trunk, convolutions }).at(-1) as Tensor4D;
    const pooled = tf.maxPool(map, 2, 2, "valid"); // [B, side, side, C]
    const rows = tf.reshape(pooled, [images.shape[0]!, -1]) as Tensor2D; // [B, side · side · C]
    const first = tf.add(tf.matMul(rows, this.firstKernel as unknown as Tensor2D), this.firstBias);
    return tf.relu(this.second.call(tf.relu(first)));
  }
}
