import { nn, type Tensor, tf } from "@fqgan/tensor";
import type { ConvolutionTower } from "./convolution-tower.js";

/** Squared lengths below it count as it, so that the root has a gradient where all features are 0. */
const SMALLEST_SQUARE = 1e-12;

/**
 * How far images are apart in a tower's feature maps: vectors of length 1 at each place, compared by
 * squares, a mean over places, a sum over maps. LPIPS's form without its networks, and without weights that
 * people's judgements were fitted to: not LPIPS.
 */
export class TowerDistance extends nn.Module {
  constructor(readonly tower: ConvolutionTower) {
    super();
  }

  /** [B, H, W, 3] in [-1, 1] twice → [B] */
  call(a: Tensor, b: Tensor): Tensor {
    const [ofA, ofB] = [this.tower.maps(a), this.tower.maps(b)];
    const distances = ofA.map((map, i) =>
      tf.mean(tf.sum(tf.squaredDifference(unit(map), unit(ofB[i]!)), 3), [1, 2]),
    );
    return distances.reduce((sum, distance) => tf.add(sum, distance));
  }
}

/** Vectors of length 1 along the channels. */
function unit(map: Tensor): Tensor {
  const squares = tf.sum(tf.square(map), 3, true);
  return tf.div(map, tf.sqrt(tf.maximum(squares, SMALLEST_SQUARE)));
}
