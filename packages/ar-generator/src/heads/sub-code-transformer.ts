import type { Codes } from "@fqgan/quantizer";
import { fold, nn, type Tensor, tf } from "@fqgan/tensor";
import { Block } from "../block.js";
import { zeroInit } from "../initial.js";
import { KvCache } from "../kv-cache.js";
import type { Regularisation } from "../regularisation.js";
import { halves, type Rotation } from "../rotary.js";
import type { Head, HeadSetting, Logits, StageInput } from "./head.js";

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
  readonly #block: HeadSetting["block"];

  constructor(layers: number, { block, vocabularies, embed, key }: HeadSetting) {
    super();
    this.#names = Object.keys(vocabularies);
    this.#embed = embed;
    this.#block = block;
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
    const items = this.#run(context, codes, dropout);
    return Object.fromEntries(this.#names.map((name, i) => [name, this.#classify(items, i, name)]));
  }

  createCache(rows: number): KvCache {
    const { width, heads, keyValueHeads = heads } = this.#block;
    return new KvCache({
      layers: this.blocks.length,
      rows,
      heads: keyValueHeads,
      positions: this.#names.length,
      depth: width / heads,
    });
  }

  stage(index: number, { context, drawn, cache }: StageInput): Logits {
    const name = this.#names[index]!;
    const known = this.#embedFirst(index, drawn);
    const rotation = halves(this.rotation(this.#names.length));
    const position = tf.tensor1d([index], "int32");
    const item = this.blocks.reduce(
      (x, block, i) => block.next(x, { ...rotation, position, cache: cache.layers[i]! }),
      this.items(context, known)[index]!,
    );
    return { [name]: this.outputs[name]!.call(this.norm.call(item)) };
  }

  #embedFirst(count: number, codes: Codes): Tensor[] {
    return this.#names.slice(0, count).map((name) => this.#embed(name, codes[name]!));
  }

  /** All items after all blocks, [M, k, C]. */
  #run(context: Tensor, codes: Codes, dropout?: Regularisation): Tensor {
    const count = this.#names.length;
    const known = this.#embedFirst(count - 1, codes);
    const sequence = tf.stack(this.items(context, known), 1); // [M, k, C]
    const whole = { rotation: this.rotation(count), mask: nn.causalMask(count) };
    const drops = dropout && { ...dropout, path: 0 };
    return this.blocks.reduce((x, block) => block.call(x, whole, drops), sequence);
  }

  /** Item `index` of [M, k, C] → [M, size] */
  #classify(items: Tensor, index: number, name: string): Tensor {
    const [rows, , width] = items.shape as [number, number, number];
    const item = tf.reshape(tf.slice(items, [0, index, 0], [rows, 1, width]), [rows, width]);
    return this.outputs[name]!.call(this.norm.call(item));
  }
}
