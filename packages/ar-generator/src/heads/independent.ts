import { nn, type Tensor } from "@fqgan/tensor";
import { KvCache } from "../kv-cache.js";
import type { Head, HeadSetting, Logits, StageInput } from "./head.js";

/** What gives the logits of one codebook, [N, K]. */
export interface Classifier extends nn.Module {
  call(context: Tensor): Tensor;
}

/** A classifier of the normalised context for each codebook: given the context, sub-codes are independent. */
export abstract class IndependentHead extends nn.Module implements Head {
  readonly norm: nn.RmsNorm;
  readonly #stages: string[][];

  constructor({ block: { width }, vocabularies }: HeadSetting) {
    super();
    this.norm = new nn.RmsNorm({ channels: width });
    this.#stages = [Object.keys(vocabularies)];
  }

  /** By codebook. */
  protected abstract get classifiers(): Readonly<Record<string, Classifier>>;

  get stages() {
    return this.#stages;
  }

  logits(context: Tensor): Logits {
    const normalised = this.norm.call(context);
    return Object.fromEntries(
      Object.entries(this.classifiers).map(([name, one]) => [name, one.call(normalised)]),
    );
  }

  /** Its only stage remembers nothing. */
  createCache(rows: number): KvCache {
    return new KvCache({ layers: 0, rows, heads: 1, positions: 1, depth: 1 });
  }

  stage(_index: number, { context }: StageInput): Logits {
    return this.logits(context);
  }
}
