/**
 * k two-layer perceptrons on the normalised context: more capacity than linear classifiers, but still
 * independent sub-codes; the second baseline of Table 4 of FQGAN (arXiv 2411.16681).
 */
import { fold, nn, type Tensor } from "@fqgan/tensor";
import * as z from "zod";
import { weightInit, zeroInit } from "../initial.js";
import type { HeadSetting, HeadStrategy } from "./head.js";
import { IndependentHead } from "./independent.js";

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

class MlpHead extends IndependentHead {
  readonly perceptrons: Record<string, Perceptron> = {};

  constructor({ ratio }: MlpOptions, setting: HeadSetting) {
    super(setting);
    const { block, vocabularies, key } = setting;
    const { width } = block;
    const inner = Math.round(ratio * width);
    for (const [name, size] of Object.entries(vocabularies)) {
      const init = weightInit(key && fold(key, "perceptrons"), name);
      this.perceptrons[name] = new Perceptron({ width, inner, size, init });
    }
  }

  protected get classifiers() {
    return this.perceptrons;
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
