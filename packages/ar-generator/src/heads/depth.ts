/**
 * The depth transformer of RQ-Transformer (arXiv 2203.01941, equations 9–11) for residual codes: item i is
 * the sum of the embeddings of the first i sub-codes, which is the residual quantizer's partial
 * reconstruction, plus a learned vector of its level; the first is the trunk's context. Departs in its
 * blocks, which are the trunk's (RMSNorm, SwiGLU), and in one classifier a level.
 */
import { fold, nn, type Tensor, tf } from "@fqgan/tensor";
import * as z from "zod";
import { weightInit } from "../initial.js";
import { unrotated } from "../rotary.js";
import type { HeadSetting, HeadStrategy } from "./head.js";
import { SubCodeTransformer } from "./sub-code-transformer.js";

interface DepthOptions extends Record<string, unknown> {
  readonly layers: number;
}

class DepthHead extends SubCodeTransformer {
  /** [k, C] */
  readonly levels: nn.Embedding;
  readonly #depth: number;

  constructor({ layers }: DepthOptions, setting: HeadSetting) {
    super(layers, setting);
    const { block, vocabularies, key } = setting;
    this.#depth = block.width / block.heads;
    this.levels = new nn.Embedding({
      count: Object.keys(vocabularies).length,
      channels: block.width,
      ...weightInit(key && fold(key, "levels"), "table"),
    });
  }

  protected override items(context: Tensor, known: Tensor[]) {
    let sum: Tensor | undefined;
    const sums = known.map((embedding) => {
      sum = sum ? tf.add(sum, embedding) : embedding;
      return sum;
    });
    return [context, ...sums].map((item, level) =>
      tf.add(item, this.levels.call(tf.tensor1d([level], "int32"))),
    );
  }

  protected override rotation(count: number) {
    return unrotated(count, this.#depth);
  }
}

export const depth: HeadStrategy<DepthOptions> = {
  name: "depth",
  summary: "a causal transformer over residual levels, fed with their partial sums",
  reference: "RQ-Transformer, arXiv 2203.01941",
  options: {
    /** Blocks of the head: 4 in the paper's models. */
    layers: z.int().min(1).default(4),
  },
  create: (options, setting) => new DepthHead(options, setting),
};
