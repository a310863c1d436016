/**
 * LPIPS, the distance of two images in the features of a classifier (Zhang et al., "The unreasonable
 * effectiveness of deep features as a perceptual metric", arXiv 1801.03924), version 0.1.
 */
import { UserError } from "@fqgan/registry";
import { nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { runTrunk, type TrunkConvolutions, trunkConvolutions } from "./run-trunk.js";
import type { Trunk } from "./trunks.js";

/** Images in [-1, 1] brought to ImageNet's mean and deviation: (x - shift) / scale. */
const SHIFT = [-0.03, -0.088, -0.188];
const SCALE = [0.458, 0.448, 0.45];

/** Added to the length of a feature vector, outside the root. */
const EPSILON = 1e-10;
/** Squared lengths below it count as it, so that the root has a gradient where all features are 0. */
const SMALLEST_SQUARE = 1e-30;

/** Differentiable and frozen: usable inside a training step, with gradients to the images only. */
export class Lpips extends nn.Module {
  readonly convolutions: TrunkConvolutions;
  /** The weight of each channel of a tap: [C, 1], not negative. */
  readonly taps: readonly Variable[];
  readonly #trunk: Trunk;

  /** @param weights `features.<i>.{weight, bias}` and `lin<i>.model.1.weight` */
  constructor(trunk: Trunk, weights: StateDict) {
    super();
    this.#trunk = trunk;
    this.convolutions = trunkConvolutions(trunk, weights);
    this.taps = trunk.stages.map(({ convolutions }, i) => {
      const channels = convolutions.at(-1)!.outputs;
      const values = weights.take(`lin${i}.model.1.weight`, [1, channels, 1, 1]);
      return nn.buffer(values, [channels, 1]);
    });
  }

  /** Two batches [B, H, W, 3] in [-1, 1] → a distance each, [B]; 0 for equal images. */
  call(a: Tensor, b: Tensor): Tensor {
    return this.distances(a, b).reduce((sum, distance) => tf.add(sum, distance));
  }

  /** What each tap adds to the distance: five of [B]. */
  distances(a: Tensor, b: Tensor): Tensor[] {
    const [featuresOfA, featuresOfB] = [this.#features(a), this.#features(b)];
    return this.taps.map((weights, i) => {
      const [ofA, ofB] = [unit(featuresOfA[i]!), unit(featuresOfB[i]!)];
      const [batch, height, width, channels] = ofA.shape as [number, number, number, number];
      const places = tf.reshape(tf.squaredDifference(ofA, ofB), [-1, channels]);
      const weighted = tf.matMul(places as tf.Tensor2D, weights as unknown as tf.Tensor2D);
      return tf.mean(tf.reshape(weighted, [batch, height * width]), 1); // [B]
    });
  }

  /** [B, H, W, 3] → the trunk's taps, each [B, h, w, C] */
  #features(images: Tensor): Tensor[] {
    const [, height, width] = images.shape as [number, number, number, number];
    const { smallestSide } = this.#trunk;
    if (Math.min(height, width) < smallestSide)
      throw new UserError(
        `LPIPS: expected images of at least ${smallestSide} pixels a side, got ${height}×${width}; ` +
          "compare larger ones",
      );
    const standardised = tf.div(tf.sub(images, tf.tensor(SHIFT)), tf.tensor(SCALE));
    return runTrunk(standardised, { trunk: this.#trunk, convolutions: this.convolutions });
  }
}

/** Vectors along the last axis scaled to length 1. */
function unit(x: Tensor): Tensor {
  const squares = tf.maximum(tf.sum(tf.square(x), -1, true), SMALLEST_SQUARE);
  return tf.div(x, tf.add(tf.sqrt(squares), EPSILON));
}
