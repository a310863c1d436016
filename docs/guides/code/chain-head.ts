import {
  type Head,
  type HeadSetting,
  type HeadStrategy,
  heads,
  KvCache,
  type Logits,
  type StageInput,
} from "@fqgan/ar-generator";
import type { Codes } from "@fqgan/quantizer";
import { createKey, nn, type Tensor, tf } from "@fqgan/tensor";

/** Linear classifiers, each of which also sees the sub-codes before its own. */
class ChainHead extends nn.Module implements Head {
  readonly norm: nn.RmsNorm;
  readonly outputs: Record<string, nn.Linear> = {};
  readonly #names: string[];
  readonly #embed: HeadSetting["embed"];

  constructor({ block: { width }, vocabularies, embed }: HeadSetting) {
    super();
    this.#names = Object.keys(vocabularies);
    this.#embed = embed;
    this.norm = new nn.RmsNorm({ channels: width });
    // Zeros: an untrained model is uniform over the codes.
    const zeros = { bias: false, init: nn.constantInit(0), key: createKey(0) };
    for (const [name, size] of Object.entries(vocabularies))
      this.outputs[name] = new nn.Linear({ inputs: width, outputs: size, ...zeros });
  }

  /** One sub-code after another. */
  get stages() {
    return this.#names.map((name) => [name]);
  }

  /** Training: all sub-codes are known. context [M, C], codes int32 [M] each */
  logits(context: Tensor, codes: Codes): Logits {
    return Object.fromEntries(
      this.#names.map((name, index) => [name, this.#classify(index, context, codes)]),
    );
  }

  /** Sampling: the sub-codes before this one are drawn already. */
  stage(index: number, { context, drawn }: StageInput): Logits {
    return { [this.#names[index]!]: this.#classify(index, context, drawn) };
  }

  /** Nothing has to be remembered from stage to stage. */
  createCache(rows: number): KvCache {
    return new KvCache({ layers: 0, rows, heads: 1, positions: 1, depth: 1 });
  }

  /** [M, size of that codebook] */
  #classify(index: number, context: Tensor, codes: Codes): Tensor {
    const earlier = this.#names.slice(0, index).map((name) => this.#embed(name, codes[name]!)); // [M, C]
    const seen = earlier.reduce<Tensor>((sum, embedding) => tf.add(sum, embedding), context);
    return this.outputs[this.#names[index]!]!.call(this.norm.call(seen));
  }
}

export const chain: HeadStrategy = heads.register({
  name: "chain",
  summary: "linear classifiers, each of which sees the sub-codes before its own",
  options: {},
  create: (_options, setting) => new ChainHead(setting),
});
