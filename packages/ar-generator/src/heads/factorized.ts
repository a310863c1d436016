/**
 * The head of FAR (FQGAN, arXiv 2411.16681): a small causal transformer over the sub-codes of one
 * position writes p(c₁ | h) p(c₂ | h, c₁) … Item 0 is the trunk's context, item i the trunk's embedding
 * of sub-code i. Where it departs from the text it follows the released code: no norm between trunk and
 * head, rotary rows of the trunk's own table, one norm for all items.
 */
import type { Tensor } from "@fqgan/tensor";
import * as z from "zod";
import { firstRows, type RotaryTable } from "../rotary.js";
import type { HeadSetting, HeadStrategy } from "./head.js";
import { SubCodeTransformer } from "./sub-code-transformer.js";

interface FactorizedOptions extends Record<string, unknown> {
  readonly layers: number;
}

class FactorizedHead extends SubCodeTransformer {
  readonly #rotary: RotaryTable;

  constructor({ layers }: FactorizedOptions, setting: HeadSetting) {
    super(layers, setting);
    this.#rotary = setting.rotary(Object.keys(setting.vocabularies).length);
  }

  protected override items(context: Tensor, known: Tensor[]) {
    return [context, ...known];
  }

  protected override rotation(count: number) {
    return firstRows(this.#rotary, count);
  }
}

export const factorized: HeadStrategy<FactorizedOptions> = {
  name: "factorized",
  summary: "a small causal transformer over the sub-codes, drawn one after another",
  reference: "FQGAN, arXiv 2411.16681",
  options: {
    /** Blocks of the head: 3 in FAR-Base, 4 in FAR-Large. */
    layers: z.int().min(1).default(3),
  },
  create: (options, setting) => new FactorizedHead(options, setting),
};
