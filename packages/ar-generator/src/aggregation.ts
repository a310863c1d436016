import { defineRegistry, type Strategy } from "@fqgan/registry";
import { type Key, nn, type Tensor, tf } from "@fqgan/tensor";
import { weightInit } from "./initial.js";

/** Makes one vector of the embeddings of a position's sub-codes. */
export interface Aggregation extends nn.Module {
  /** k tensors [B, T, C] in codebook order → [B, T, C] */
  call(embeddings: Tensor[]): Tensor;
}

/** A way to join the embeddings of a position's k sub-codes, by name. */
export interface AggregationStrategy extends Strategy {
  create(shape: { count: number; width: number; key: Key | undefined }): Aggregation;
}

class Concat extends nn.Module implements Aggregation {
  readonly project: nn.Linear;

  constructor({ count, width, key }: { count: number; width: number; key: Key | undefined }) {
    super();
    const init = weightInit(key, "project");
    this.project = new nn.Linear({ inputs: count * width, outputs: width, ...init });
  }

  call(embeddings: Tensor[]): Tensor {
    return this.project.call(tf.concat(embeddings, -1));
  }
}

class Sum extends nn.Module implements Aggregation {
  call(embeddings: Tensor[]): Tensor {
    return embeddings.length === 1 ? embeddings[0]! : tf.addN(embeddings);
  }
}

export const concat: AggregationStrategy = {
  name: "concat",
  summary: "the k embeddings side by side, then a linear layer with bias",
  reference: "FAR, arXiv 2411.16681",
  options: {},
  create: (shape) => new Concat(shape),
};

export const sum: AggregationStrategy = {
  name: "sum",
  summary: "the k embeddings added; with k = 1, the embedding itself",
  reference: "Open-MAGVIT2, arXiv 2409.04410; LlamaGen, arXiv 2406.06525",
  options: {},
  create: () => new Sum(),
};

/** Ways to make one vector of a position's sub-codes. */
export const aggregations = defineRegistry<AggregationStrategy>("aggregation", [concat, sum]);
