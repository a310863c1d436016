/**
 * A class-conditional autoregressive transformer over k named codebooks: the trunk of FAR (FQGAN,
 * arXiv 2411.16681), which is LlamaGen's (arXiv 2406.06525) with k embeddings per position, and a head
 * that a strategy provides. Position 0 reads the class, position t the sub-codes of position t - 1.
 */
import type { Codes } from "@fqgan/quantizer";
import { parseConfig } from "@fqgan/registry";
import { fold, type Key, nn, type RandomStream, type Tensor, tf } from "@fqgan/tensor";
import { type Aggregation, aggregations } from "./aggregation.js";
import { Block } from "./block.js";
import { type GeneratorConfig, type GeneratorInput, generatorSchema } from "./config.js";
import { type Head, heads, type Logits } from "./heads/index.js";
import { weightInit } from "./initial.js";
import { KvCache } from "./kv-cache.js";
import { dropValues, type Regularisation } from "./regularisation.js";
import { firstRows, halves, rotaryTable } from "./rotary.js";
import { codebooksOf, positionsOf } from "./sampling/code-shape.js";

/** Codes of images by class: `logits` for training, `decode` a position at a time for sampling. */
export class Generator extends nn.Module {
  /** Rows 0 … classes - 1, then the null class. */
  readonly classEmbedding: nn.Embedding;
  readonly codeEmbeddings: Record<string, nn.Embedding> = {};
  readonly aggregation: Aggregation;
  readonly blocks: Block[];
  readonly head: Head;
  readonly #config: GeneratorConfig;

  /** @param key seeds the weights; without one all are zero, to be loaded */
  constructor(config: GeneratorConfig, key?: Key) {
    super();
    this.#config = config;
    const { width, vocabularies } = config;
    const under = (...parts: (string | number)[]) => key && fold(key, ...parts);
    const embedding = (count: number, init: ReturnType<typeof weightInit>) =>
      new nn.Embedding({ count, channels: width, ...init });
    this.classEmbedding = embedding(config.classes + 1, weightInit(key, "classEmbedding"));
    for (const [name, size] of Object.entries(vocabularies))
      this.codeEmbeddings[name] = embedding(size, weightInit(under("codeEmbeddings"), name));
    this.aggregation = aggregations.get(config.aggregation.name).create({
      count: this.codebooks.length,
      width,
      key: under("aggregation"),
    });
    this.blocks = Array.from(
      { length: config.layers },
      (_, i) => new Block(config, under("block", i)),
    );
    this.head = heads.get(config.head.name).create(config.head, {
      block: config,
      vocabularies,
      embed: (codebook, codes) => this.codeEmbeddings[codebook]!.call(codes),
      rotary: (rows) => rotaryTable(config, rows),
      key: under("head"),
    });
  }

  get config(): GeneratorConfig {
    return this.#config;
  }

  /** N, the number of positions. */
  get positions(): number {
    return positionsOf(this.#config);
  }

  /** In decoder channel order, which is the order a position's sub-codes are written in. */
  get codebooks(): string[] {
    return codebooksOf(this.#config);
  }

  /** The label that stands for no class. */
  get nullClass(): number {
    return this.#config.classes;
  }

  /**
   * Teacher forcing: logits of every sub-code, [B, N, size] by codebook.
   * @param labels int32 [B], the null class included
   * @param codes int32 [B, N] each
   * @param random given when training: turns on dropout as configured
   */
  logits(labels: Tensor, codes: Codes, random?: RandomStream): Logits {
    const count = this.positions;
    const batch = labels.shape[0]!;
    const dropout = this.#regularisation(random);
    const context = this.#trunk(this.#dropLabels(labels, random), codes, dropout);
    const rows = tf.reshape(context, [batch * count, -1]); // [B·N, C]
    const flat = this.#record((name) => tf.reshape(codes[name]!, [batch * count]));
    const logits = this.head.logits(rows, flat, dropout);
    return this.#record((name) => tf.reshape(logits[name]!, [batch, count, -1]));
  }

  /**
   * Teacher forcing up to the head: the context of every position, [B·N, C].
   * @param labels int32 [B], the null class included
   * @param codes int32 [B, N] each
   */
  contexts(labels: Tensor, codes: Codes): Tensor {
    return tf.reshape(this.#trunk(labels, codes, undefined), [-1, this.#config.width]);
  }

  /** A cache for decoding `rows` sequences at once. */
  createCache(rows: number): KvCache {
    const { width, layers, heads: count, keyValueHeads = count } = this.#config;
    const depth = width / count;
    return new KvCache({ layers, rows, heads: keyValueHeads, positions: this.positions, depth });
  }

  /**
   * One position's context [B, C] from the position before it and the cache, which it is added to.
   * @param position int32 [1] in [0, N)
   * @param labels int32 [B], read at position 0
   * @param previous int32 [B] each: the sub-codes of position - 1; any codes at position 0
   */
  decode(input: { position: Tensor; labels: Tensor; previous: Codes; cache: KvCache }): Tensor {
    const { position, labels, previous, cache } = input;
    const isFirst = tf.cast(tf.equal(position, 0), "float32"); // [1]
    const start = tf.mul(this.classEmbedding.call(labels), isFirst);
    const token = tf.mul(this.#embed(previous), tf.sub(1, isFirst));
    const table = rotaryTable(this.#config, this.positions);
    const rotation = halves(firstRows(table, this.positions));
    return this.blocks.reduce<Tensor>(
      (x, block, i) => block.next(x, { ...rotation, position, cache: cache.layers[i]! }),
      tf.add(start, token),
    );
  }

  /** [B, N, C], not normalised. */
  #trunk(labels: Tensor, codes: Codes, dropout: Regularisation | undefined): Tensor {
    const count = this.positions;
    const batch = labels.shape[0]!;
    const start = tf.expandDims(this.classEmbedding.call(labels), 1); // [B, 1, C]
    const earlier = this.#record((name) => tf.slice(codes[name]!, [0, 0], [batch, count - 1]));
    const tokens = count === 1 ? start : tf.concat([start, this.#embed(earlier)], 1); // [B, N, C]
    const x = dropout ? dropValues(tokens, this.#config.dropout.token, dropout.random) : tokens;
    const rotation = firstRows(rotaryTable(this.#config, count), count);
    const mask = nn.causalMask(count);
    const { layers, dropout: rates } = this.#config;
    return this.blocks.reduce((y, block, i) => {
      const path = layers > 1 ? (rates.path * i) / (layers - 1) : rates.path;
      return block.call(y, { rotation, mask }, dropout && { ...dropout, path });
    }, x);
  }

  /** int32 [...] each → [..., C] */
  #embed(codes: Codes): Tensor {
    return this.aggregation.call(
      this.codebooks.map((name) => this.codeEmbeddings[name]!.call(codes[name]!)),
    );
  }

  #dropLabels(labels: Tensor, random: RandomStream | undefined): Tensor {
    const rate = this.#config.dropout.class;
    if (!random || rate === 0) return labels;
    const dropped = tf.less(random.uniform(labels.shape), rate);
    return tf.where(dropped, tf.fill(labels.shape, this.nullClass, "int32"), labels);
  }

  #regularisation(random: RandomStream | undefined): Regularisation | undefined {
    const { residual, feedForward } = this.#config.dropout;
    return random && { random, residual, feedForward };
  }

  #record<T>(make: (codebook: string) => T): Record<string, T> {
    return Object.fromEntries(this.codebooks.map((name) => [name, make(name)]));
  }
}

/**
 * A generator with fresh weights.
 * @param key seeds the weights; without one all are zero, to be loaded
 */
export function createGenerator(config: GeneratorInput, key?: Key): Generator {
  return new Generator(parseConfig(generatorSchema, config, "generator config"), key);
}
