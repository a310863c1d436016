/**
 * k linear classifiers on the normalised context: sub-codes are independent given the context, the
 * first baseline of Table 4 of FQGAN (arXiv 2411.16681).
 */
import { nn, type Tensor } from "@fqgan/tensor";
import { zeroInit } from "../initial.js";
import { KvCache } from "../kv-cache.js";
import type { Head, HeadSetting, HeadStrategy, Logits, StageInput } from "./head.js";

export class LinearHead extends nn.Module implements Head {
  readonly norm: nn.RmsNorm;
  readonly outputs: Record<string, nn.Linear> = {};
  readonly #stages: string[][];

  constructor({ block: { width }, vocabularies }: HeadSetting) {
    super();
    this.#stages = [Object.keys(vocabularies)];
    this.norm = new nn.RmsNorm({ channels: width });
    for (const [name, outputs] of Object.entries(vocabularies))
      this.outputs[name] = new nn.Linear({ inputs: width, outputs, bias: false, ...zeroInit });
  }

  get stages() {
    return this.#stages;
  }

  logits(context: Tensor): Logits {
    const normalised = this.norm.call(context);
    return Object.fromEntries(
      Object.entries(this.outputs).map(([name, output]) => [name, output.call(normalised)]),
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

export const linear: HeadStrategy = {
  name: "linear",
  summary: "k linear classifiers, all sub-codes drawn at once",
  reference: "FQGAN, arXiv 2411.16681, Table 4",
  options: {},
  create: (_options, setting) => new LinearHead(setting),
};
