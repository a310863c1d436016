import { fold, type Key, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import type { Grid } from "./grid.js";
import { TokenTransformer } from "./token-transformer.js";

/**
 * Predicts a teacher's features of the image from one codebook's code vectors (FQGAN, arXiv 2411.16681);
 * used in training only.
 */
export class FeatureHead extends TokenTransformer {
  /** [1, F] */
  readonly classEmbedding: Variable;
  readonly expand: nn.Linear;
  readonly project: nn.Linear;

  constructor(options: {
    dimensions: number;
    features: number;
    grid: Grid;
    layers: number;
    heads: number;
    key: Key;
  }) {
    const { dimensions, features, grid, layers, heads, key } = options;
    super({ grids: [[1, 1], grid], channels: features, layers, heads, key });
    const shape = [1, features];
    const init = nn.normalInit(features ** -0.5);
    this.classEmbedding = nn.parameter(init(fold(key, "classEmbedding"), shape), shape);
    this.expand = new nn.Linear({
      inputs: dimensions,
      outputs: features,
      key: fold(key, "expand"),
    });
    this.project = new nn.Linear({
      inputs: features,
      outputs: features,
      key: fold(key, "project"),
    });
  }

  /** [B, h, w, D] code vectors → [B, 1 + N, F]; row 0 stands for the whole image. */
  call(codes: Tensor): Tensor {
    const [batch, rows, columns, dimensions] = codes.shape as [number, number, number, number];
    const vectors = tf.reshape(codes, [batch, rows * columns, dimensions]); // [B, N, D]
    const tokens = this.project.call(tf.relu(this.expand.call(vectors))); // [B, N, F]
    const features = this.classEmbedding.shape[1]!;
    const classRow = tf.tile(tf.reshape(this.classEmbedding, [1, 1, features]), [batch, 1, 1]);
    return this.transform(tf.concat([classRow, tokens], 1)); // [B, 1 + N, F]
  }
}
