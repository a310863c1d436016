import { createKey, nn, type Tensor, tf, writeVariables } from "@fqgan/tensor";
import type { ConvolutionTower } from "../convolution-tower.js";
import { measuredDistance } from "../measured-distance.js";
import type { PerceptualDistance, PerceptualDistanceStrategy } from "../perceptual-distance.js";
import { teacherNetwork } from "../teacher-network.js";
import { readWeights } from "../weights.js";

const FILE = "teacher-v1.safetensors";
const NAME = "builtin-teacher-distance-v1";
/** Pairs a run. */
const CHUNK = 16;
/** Squared lengths below it count as it, so that the root has a gradient where all features are 0. */
const SMALLEST_SQUARE = 1e-12;

/**
 * How far images are apart in the feature maps of the built-in teacher: vectors of length 1 at each place,
 * compared by squares, a mean over places, a sum over maps. LPIPS's form without its networks, and without
 * weights that people's judgements were fitted to: not LPIPS.
 */
class TowerDistance extends nn.Module {
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

export const builtinDistance: PerceptualDistanceStrategy = {
  name: "builtin",
  summary: `${NAME}: the built-in teacher's feature maps compared; needs no files, is not LPIPS`,
  reference: "https://arxiv.org/abs/1603.08155",
  options: {},
  async create(): Promise<PerceptualDistance> {
    const { tensors, hash } = readWeights(FILE);
    const tower = teacherNetwork(createKey(0));
    writeVariables(tower.namedVariables(), tensors, FILE);
    return measuredDistance({ name: NAME, hash, network: new TowerDistance(tower) }, CHUNK);
  },
};
