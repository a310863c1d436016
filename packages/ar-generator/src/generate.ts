import type { Codes } from "@fqgan/quantizer";
import { UserError } from "@fqgan/registry";
import { createKey, fold, type HostTensor, hostTensor, uniform53 } from "@fqgan/tensor";
import { requireClasses } from "./codes.js";
import { Decoder, type DecoderOptions } from "./decoder.js";
import { guidanceScale } from "./guidance.js";
import { guide, sample } from "./sampling.js";
import { resolveSampling, type Sampling, type SamplingInput } from "./sampling-options.js";
import type { Generator } from "./transformer.js";

export interface GenerateOptions extends SamplingInput {
  /** The class of each image. */
  readonly classes: ArrayLike<number>;
  /** Image i is a function of the seed, its class and i alone, whatever the batches. */
  readonly seed: number;
  /** i of the first image, for callers that draw in parts; 0 by default. */
  readonly firstImage?: number;
  /** Replaces the seeded draws: image i → k·N uniforms in [0, 1), position by position. */
  readonly draws?: (image: number) => ArrayLike<number>;
}

/** One position of every image of a batch, as soon as it is drawn. */
export interface DrawnPosition {
  readonly position: number;
  /** [row, column] in the grid. */
  readonly cell: readonly [number, number];
  /** [B] for each codebook */
  readonly codes: Record<string, Int32Array>;
}

/** Draws images' codes position by position with a cache of keys and values. */
export class Sampler {
  readonly #generator: Generator;
  readonly #batch: number;
  readonly #options: DecoderOptions;
  readonly #decoders = new Map<number, Decoder>();
  #busy = false;

  /** @param options.batch images drawn at once, 8 by default; programs are made for this number */
  constructor(generator: Generator, options: DecoderOptions & { readonly batch?: number } = {}) {
    const { batch = 8, ...decoder } = options;
    this.#generator = generator;
    this.#batch = batch;
    this.#options = decoder;
  }

  /** All codes, int32 [B, N] for each codebook, in as many batches as it takes. */
  async generate(options: GenerateOptions): Promise<Codes<HostTensor>> {
    const { codebooks, positions } = this.#generator;
    const classes = Array.from(options.classes);
    const { firstImage = 0 } = options;
    const codes = Object.fromEntries(
      codebooks.map((name) => [name, new Int32Array(classes.length * positions)]),
    );
    for (let start = 0; start < classes.length; start += this.#batch) {
      const part = {
        ...options,
        classes: classes.slice(start, start + this.#batch),
        firstImage: firstImage + start,
      };
      for await (const drawn of this.stream(part))
        for (const name of codebooks)
          for (const [image, code] of drawn.codes[name]!.entries())
            codes[name]![(start + image) * positions + drawn.position] = code;
    }
    const shape = [classes.length, positions];
    return Object.fromEntries(codebooks.map((name) => [name, hostTensor(codes[name]!, shape)]));
  }

  /** Positions of one batch in row-major order, as they are drawn. */
  async *stream(options: GenerateOptions): AsyncGenerator<DrawnPosition, void, void> {
    const { config, codebooks, positions, nullClass } = this.#generator;
    const { classes, seed, firstImage = 0, draws, ...given } = options;
    const images = classes.length;
    const sampling = resolveSampling(config, given);
    requireClasses(classes, config.classes - 1, "generate");
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new UserError(`generate: expected a whole number from 0 as seed, got ${seed}`);
    if (images > this.#batch)
      throw new UserError(
        `generate: expected at most ${this.#batch} classes in one stream, got ${images}; make the sampler's batch larger`,
      );
    if (this.#busy)
      throw new UserError(
        "generate: this sampler is drawing another batch; wait for it or make a second sampler",
      );
    this.#busy = true;
    try {
      const key = createKey(seed);
      const drawsOf =
        draws ?? ((image) => uniform53(fold(key, "image", image), codebooks.length * positions));
      const uniforms = Array.from({ length: images }, (_, i) => drawsOf(firstImage + i));
      const decoder = this.#decoder(sampling.guided ? 2 * this.#batch : this.#batch);
      const labels = new Int32Array(decoder.rows).fill(nullClass);
      labels.set(Array.from(classes));
      let previous: Record<string, Int32Array> = fill(
        codebooks,
        () => new Int32Array(decoder.rows),
      );
      for (let position = 0; position < positions; position++) {
        const pick = (image: number, codebook: string) =>
          uniforms[image]![position * codebooks.length + codebooks.indexOf(codebook)]!;
        previous = await this.#position({
          decoder,
          position,
          labels,
          previous,
          sampling,
          images,
          pick,
        });
        yield {
          position,
          cell: [Math.floor(position / config.grid[1]), position % config.grid[1]],
          codes: fill(codebooks, (name) => previous[name]!.slice(0, images)),
        };
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Draws all sub-codes of a position; rows beyond the images repeat code 0. */
  async #position(step: {
    decoder: Decoder;
    position: number;
    labels: Int32Array;
    previous: Record<string, Int32Array>;
    sampling: Sampling;
    images: number;
    pick: (image: number, codebook: string) => number;
  }): Promise<Record<string, Int32Array>> {
    const { decoder, position, labels, previous, sampling, images, pick } = step;
    const { stages } = this.#generator.head;
    const drawn: Record<string, Int32Array> = {};
    const { context, logits } = await decoder.first(position, labels, previous);
    for (const [index, names] of stages.entries()) {
      const current = index === 0 ? logits : await decoder.later(index, context, drawn);
      for (const codebook of names) {
        const { data, shape } = current[codebook]!;
        const size = shape[1]!;
        const row = (r: number) => (data as Float32Array).subarray(r * size, (r + 1) * size);
        const count = this.#generator.positions;
        const scale = guidanceScale(sampling.guidance, { codebook, position, count });
        const codes = new Int32Array(decoder.rows);
        for (let image = 0; image < images; image++) {
          // Rows are the conditional sequences, then as many with the null class.
          const guided = sampling.guided
            ? guide(row(image), row(image + this.#batch), scale)
            : new Float64Array(row(image));
          const code = sample(guided, sampling.draw[codebook]!, pick(image, codebook));
          codes[image] = code;
          if (sampling.guided) codes[image + this.#batch] = code;
        }
        drawn[codebook] = codes;
      }
    }
    return drawn;
  }

  #decoder(rows: number): Decoder {
    const known = this.#decoders.get(rows);
    if (known) return known;
    const decoder = new Decoder(this.#generator, rows, this.#options);
    this.#decoders.set(rows, decoder);
    return decoder;
  }

  /** Frees caches and programs; the generator stays. */
  dispose(): void {
    for (const decoder of this.#decoders.values()) decoder.dispose();
    this.#decoders.clear();
  }
}

function fill<T>(names: readonly string[], make: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}
