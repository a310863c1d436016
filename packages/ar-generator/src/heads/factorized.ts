/**
 * The head of FAR (FQGAN, arXiv 2411.16681): a small causal transformer over the sub-codes of one
 * position writes p(c₁ | h) p(c₂ | h, c₁) … Item 0 is the trunk's context, item i the trunk's embedding
 * of sub-code i; item i predicts sub-code i + 1. Where it departs from the text it follows the released
 * code: no norm between trunk and head, rotary rows of the trunk's own table, one norm for all items.
 */
import type { Codes } from "@fqgan/quantizer";
import { fold, nn, type Tensor, tf } from "@fqgan/tensor";
import { z } from "zod";
import { Block } from "../block.js";
import { zeroInit } from "../initial.js";
import type { Regularisation } from "../regularisation.js";
import { firstRows, type RotaryTable } from "../rotary.js";
import type { Head, HeadSetting, HeadStrategy, Logits } from "./head.js";

interface FactorizedOptions extends Record<string, unknown> {
  readonly layers: number;
}

class FactorizedHead extends nn.Module implements Head {
  readonly blocks: Block[];
  readonly norm: nn.RmsNorm;
  readonly outputs: Record<string, nn.Linear> = {};
  readonly #names: string[];
  readonly #embed: HeadSetting["embed"];
  readonly #rotary: RotaryTable;

  constructor({ layers }: FactorizedOptions, setting: HeadSetting) {
    super();
    const { block, vocabularies, embed, rotary, key } = setting;
    this.#names = Object.keys(vocabularies);
    this.#embed = embed;
    this.#rotary = rotary(this.#names.length);
    this.blocks = Array.from(
      { length: layers },
      (_, i) => new Block(block, key && fold(key, "block", i)),
    );
    this.norm = new nn.RmsNorm({ channels: block.width });
    for (const [name, outputs] of Object.entries(vocabularies))
      this.outputs[name] = new nn.Linear({
        inputs: block.width,
        outputs,
        bias: false,
        ...zeroInit,
      });
  }

  /** One sub-code after another. */
  get stages() {
    return this.#names.map((name) => [name]);
  }

  logits(context: Tensor, codes: Codes, dropout?: Regularisation): Logits {
    const items = this.#items(context, codes, this.#names.length, dropout);
    return Object.fromEntries(this.#names.map((name, i) => [name, this.#classify(items, i, name)]));
  }

  /** The few items before are computed again: they cost less than a cache of them. */
  stage(index: number, context: Tensor, drawn: Codes): Logits {
    const name = this.#names[index]!;
    return { [name]: this.#classify(this.#items(context, drawn, index + 1), index, name) };
  }

  /** The first `count` items after all blocks, [M, count, C]. */
  #items(context: Tensor, codes: Codes, count: number, dropout?: Regularisation): Tensor {
    const known = this.#names.slice(0, count - 1).map((name) => this.#embed(name, codes[name]!));
    const sequence = tf.stack([context, ...known], 1); // [M, count, C]
    const whole = { rotation: firstRows(this.#rotary, count), mask: nn.causalMask(count) };
    const drops = dropout && { ...dropout, path: 0 };
    return this.blocks.reduce((x, block) => block.call(x, whole, drops), sequence);
  }

  /** Item `index` of [M, count, C] → [M, size] */
  #classify(items: Tensor, index: number, name: string): Tensor {
    const [rows, , width] = items.shape as [number, number, number];
    const item = tf.reshape(tf.slice(items, [0, index, 0], [rows, 1, width]), [rows, width]);
    return this.outputs[name]!.call(this.norm.call(item));
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
