import type { Codes } from "@fqgan/quantizer";
import { fold, nn, type Tensor, tf } from "@fqgan/tensor";
import { Block } from "../block.js";
import { zeroInit } from "../initial.js";
import type { Regularisation } from "../regularisation.js";
import type { Rotation } from "../rotary.js";
import type { Head, HeadSetting, Logits } from "./head.js";

/**
 * A small causal transformer over the sub-codes of one position: item i knows the trunk's context and
 * the first i sub-codes and predicts the next. Subclasses say what the items are.
 */
export abstract class SubCodeTransformer extends nn.Module implements Head {
  readonly blocks: Block[];
  readonly norm: nn.RmsNorm;
  readonly outputs: Record<string, nn.Linear> = {};
  readonly #names: string[];
  readonly #embed: HeadSetting["embed"];

  constructor(layers: number, { block, vocabularies, embed, key }: HeadSetting) {
    super();
    this.#names = Object.keys(vocabularies);
    this.#embed = embed;
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

  /**
   * The items' vectors, one more than there are known sub-codes.
   * @param context [M, C]
   * @param known embeddings of the first sub-codes, [M, C] each
   */
  protected abstract items(context: Tensor, known: Tensor[]): Tensor[];

  /** How the first `count` items are rotated. */
  protected abstract rotation(count: number): Rotation;

  /** One sub-code after another. */
  get stages() {
    return this.#names.map((name) => [name]);
  }

  logits(context: Tensor, codes: Codes, dropout?: Regularisation): Logits {
    const items = this.#run(context, codes, this.#names.length, dropout);
    return Object.fromEntries(this.#names.map((name, i) => [name, this.#classify(items, i, name)]));
  }

  /** The few items before are computed again: they cost less than a cache of them. */
  stage(index: number, context: Tensor, drawn: Codes): Logits {
    const name = this.#names[index]!;
    return { [name]: this.#classify(this.#run(context, drawn, index + 1), index, name) };
  }

  /** The first `count` items after all blocks, [M, count, C]. */
  #run(context: Tensor, codes: Codes, count: number, dropout?: Regularisation): Tensor {
    const known = this.#names.slice(0, count - 1).map((name) => this.#embed(name, codes[name]!));
    const sequence = tf.stack(this.items(context, known), 1); // [M, count, C]
    const whole = { rotation: this.rotation(count), mask: nn.causalMask(count) };
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
