import { fold, type Key, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import { TransformerBlock } from "./transformer-block.js";

/**
 * Predicts a teacher's features of the image from one codebook's code vectors (FQGAN, arXiv 2411.16681);
 * used in training only. Its learned positions fit one image size.
 */
export class FeatureHead extends nn.Module {
  /** [1, F] */
  readonly classEmbedding: Variable;
  /** [N + 1, F] */
  readonly positionTable: Variable;
  readonly expand: nn.Linear;
  readonly project: nn.Linear;
  readonly normBefore: nn.LayerNorm;
  readonly blocks: TransformerBlock[];
  readonly normAfter: nn.LayerNorm;

  constructor(options: {
    dimensions: number;
    features: number;
    positions: number;
    layers: number;
    heads: number;
    key: Key;
  }) {
    super();
    const { dimensions, features, positions, layers, heads, key } = options;
    const table = (name: string, rows: number) => {
      const shape = [rows, features];
      return nn.parameter(nn.normalInit(features ** -0.5)(fold(key, name), shape), shape);
    };
    this.classEmbedding = table("classEmbedding", 1);
    this.positionTable = table("positions", positions + 1);
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
    this.normBefore = new nn.LayerNorm({ channels: features });
    this.blocks = Array.from(
      { length: layers },
      (_, i) => new TransformerBlock({ channels: features, heads, key: fold(key, "blocks", i) }),
    );
    this.normAfter = new nn.LayerNorm({ channels: features });
  }

  /** [B, h, w, D] code vectors → [B, 1 + N, F]; row 0 stands for the whole image. */
  call(codes: Tensor): Tensor {
    const [batch, height, width, dimensions] = codes.shape as [number, number, number, number];
    const vectors = tf.reshape(codes, [batch, height * width, dimensions]); // [B, N, D]
    const tokens = this.project.call(tf.relu(this.expand.call(vectors))); // [B, N, F]
    const features = this.classEmbedding.shape[1]!;
    const classRow = tf.tile(tf.reshape(this.classEmbedding, [1, 1, features]), [batch, 1, 1]);
    const rows = tf.add(tf.concat([classRow, tokens], 1), this.positionTable); // [B, 1 + N, F]
    const start = this.normBefore.call(rows);
    return this.normAfter.call(this.blocks.reduce((x, block) => block.call(x), start));
  }
}
