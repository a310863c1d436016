import type { Codes } from "@fqgan/quantizer";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { Decoder, type DecoderOptions } from "./decoder.js";
import {
  type DrawnPosition,
  drawAll,
  drawPositions,
  type GenerateOptions,
  type PositionSource,
} from "./sampling/positions.js";
import type { Generator } from "./transformer.js";

/** Draws images' codes position by position with a cache of keys and values. */
export class Sampler {
  readonly #generator: Generator;
  readonly #source: PositionSource<HostTensor>;
  readonly #options: DecoderOptions;
  readonly #decoders = new Map<number, Decoder>();
  #busy = false;

  /** @param options.batch images drawn at once, 8 by default; programs are made for this number */
  constructor(generator: Generator, options: DecoderOptions & { readonly batch?: number } = {}) {
    const { batch = 8, ...decoder } = options;
    const { vocabularies, grid, classes } = generator.config;
    this.#generator = generator;
    this.#options = decoder;
    this.#source = {
      vocabularies,
      grid,
      classes,
      stages: generator.head.stages,
      batch,
      decoder: (guided) => this.#decoder(guided ? 2 * batch : batch),
    };
  }

  /** All codes, int32 [B, N] for each codebook, in as many batches as it takes. */
  async generate(options: GenerateOptions): Promise<Codes<HostTensor>> {
    const codes = await drawAll(this.#source, options, (part) => this.stream(part));
    const shape = [options.classes.length, this.#generator.positions];
    return Object.fromEntries(
      Object.entries(codes).map(([name, data]) => [name, hostTensor(data, shape)]),
    );
  }

  /** Positions of one batch in row-major order, as they are drawn. */
  async *stream(options: GenerateOptions): AsyncGenerator<DrawnPosition, void, void> {
    if (this.#busy)
      throw new UserError(
        "generate: this sampler is drawing another batch; wait for it or make a second sampler",
      );
    this.#busy = true;
    try {
      yield* drawPositions(this.#source, options);
    } finally {
      this.#busy = false;
    }
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
