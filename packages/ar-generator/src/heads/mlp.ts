/**
 * k two-layer perceptrons on the normalised context: more capacity than linear classifiers, but still
 * independent sub-codes; the second baseline of Table 4 of FQGAN (arXiv 2411.16681).
 */
import { fold, nn, type Tensor } from "@fqgan/tensor";
import * as z from "zod";
import { weightInit, zeroInit } from "../initial.js";
import { KvCache } from "../kv-cache.js";
import type { Head, HeadSetting, HeadStrategy, Logits, StageInput } from "./head.js";

interface MlpOptions extends Record<string, unknown> {
  readonly ratio: number;
}

class Perceptron extends nn.Module {
  readonly hidden: nn.Linear;
  readonly output: nn.Linear;

  constructor(options: {
    width: number;
    inner: number;
    size: number;
    init: ReturnType<typeof weightInit>;
  }) {
    super();
    const { width, inner, size, init } = options;
    this.hidden = new nn.Linear({ inputs: width, outputs: inner, ...init });
    this.output = new nn.Linear({ inputs: inner, outputs: size, bias: false, ...zeroInit });
  }

  call(x: Tensor): Tensor {
    return this.output.call(nn.silu(this.hidden.call(x)));
  }
}

class MlpHead extends nn.Module implements Head {
  readonly norm: nn.RmsNorm;
  readonly perceptrons: Record<string, Perceptron> = {};
  readonly #stages: string[][];

  constructor({ ratio }: MlpOptions, { block: { width }, vocabularies, key }: HeadSetting) {
    super();
    this.#stages = [Object.keys(vocabularies)];
    this.norm = new nn.RmsNorm({ channels: width });
    const inner = Math.round(ratio * width);
    for (const [name, size] of Object.entries(vocabularies)) {
      const init = weightInit(key && fold(key, "perceptrons"), name);
      this.perceptrons[name] = new Perceptron({ width, inner, size, init });
    }
  }

  get stages() {
    return this.#stages;
  }

  logits(context: Tensor): Logits {
    const normalised = this.norm.call(context);
    return Object.fromEntries(
      Object.entries(this.perceptrons).map(([name, mlp]) => [name, mlp.call(normalised)]),
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

export const mlp: HeadStrategy<MlpOptions> = {
  name: "mlp",
  summary: "k two-layer perceptrons, all sub-codes drawn at once",
  reference: "FQGAN, arXiv 2411.16681, Table 4",
  options: {
    /** Inner width as a multiple of the trunk's width. */
    ratio: z.number().positive().default(4),
  },
  create: (options, setting) => new MlpHead(options, setting),
};
