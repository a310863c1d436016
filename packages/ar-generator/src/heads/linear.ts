/**
 * k linear classifiers on the normalised context: sub-codes are independent given the context, the
 * first baseline of Table 4 of FQGAN (arXiv 2411.16681).
 */
import { nn } from "@fqgan/tensor";
import { zeroInit } from "../initial.js";
import type { HeadSetting, HeadStrategy } from "./head.js";
import { IndependentHead } from "./independent.js";

export class LinearHead extends IndependentHead {
  readonly outputs: Record<string, nn.Linear> = {};

  constructor(setting: HeadSetting) {
    super(setting);
    const inputs = setting.block.width;
    for (const [name, outputs] of Object.entries(setting.vocabularies))
      this.outputs[name] = new nn.Linear({ inputs, outputs, bias: false, ...zeroInit });
  }

  protected get classifiers() {
    return this.outputs;
  }
}

export const linear: HeadStrategy = {
  name: "linear",
  summary: "k linear classifiers, all sub-codes drawn at once",
  reference: "FQGAN, arXiv 2411.16681, Table 4",
  options: {},
  create: (_options, setting) => new LinearHead(setting),
};
