import {
  type DrawnPosition,
  drawAll,
  drawPositions,
  type GenerateOptions,
  type PositionSource,
} from "@fqgan/ar-generator/sampling";
import { UserError } from "@fqgan/registry";
import type { Manifest } from "./manifest.js";
import { type GeneratorSessions, OnnxPositionDecoder } from "./position-decoder.js";
import type { OnnxRuntime, SessionLike, TensorConstructor, TensorLike } from "./session.js";

type Facts = NonNullable<Manifest["generator"]>;

/**
 * An exported generator. It draws by the rules, the options and the seeds of `Sampler` of
 * `@fqgan/ar-generator`: the same seed gives the same codes, as far as the logits' last digits let it.
 */
export class OnnxGenerator {
  readonly #facts: Facts;
  readonly #sessions: GeneratorSessions;
  readonly #Tensor: TensorConstructor;

  constructor(facts: Facts, sessions: GeneratorSessions, Tensor: TensorConstructor) {
    this.#facts = facts;
    this.#sessions = sessions;
    this.#Tensor = Tensor;
  }

  /** Names, by number. */
  get classes(): readonly string[] {
    return this.#facts.classes;
  }

  /** Sizes, in the order in which a position's sub-codes are drawn. */
  get codebooks(): Facts["codebooks"] {
    return this.#facts.codebooks;
  }

  get grid(): readonly [number, number] {
    return this.#facts.grid;
  }

  /** How many are drawn at once. */
  get images(): number {
    return this.#facts.rows / 2;
  }

  /** Positions of one batch in row-major order, as they are drawn. */
  async *stream(options: GenerateOptions): AsyncGenerator<DrawnPosition, void, void> {
    const { sampling } = this.#facts;
    const decoder = this.decoder();
    try {
      yield* drawPositions(this.#source(decoder), { ...sampling, ...options } as GenerateOptions);
    } finally {
      decoder.dispose();
    }
  }

  /** All codes, [images·N] for each codebook, in as many batches as it takes. */
  generate(options: GenerateOptions): Promise<Record<string, Int32Array>> {
    const shape = { vocabularies: this.codebooks, grid: this.grid, batch: this.images };
    return drawAll(shape, options, (part) => this.stream(part));
  }

  /** Computes logits position by position, for callers that draw in their own way. */
  decoder(): OnnxPositionDecoder {
    return new OnnxPositionDecoder(this.#facts, this.#sessions, this.#Tensor);
  }

  async dispose(): Promise<void> {
    const { generator, heads } = this.#sessions;
    for (const session of [generator, ...heads]) await session.release?.();
  }

  #source(decoder: OnnxPositionDecoder): PositionSource<TensorLike> {
    const { nullClass, stages } = this.#facts;
    return {
      vocabularies: this.codebooks,
      grid: this.grid,
      classes: nullClass,
      stages,
      batch: this.images,
      // Its files have rows for both.
      decoder: () => decoder,
    };
  }
}

/** Opens the files of a generator one after another. */
export async function openGenerator(
  options: OnnxRuntime & { readonly manifest: Manifest },
): Promise<OnnxGenerator> {
  const { manifest, createSession, Tensor } = options;
  const { generator } = manifest;
  if (!generator)
    throw new UserError(
      `${manifest.preset}: expected an export of a generator, got one of a tokenizer alone; ` +
        "export a generator's run",
    );
  const first = await createSession(generator.files.generator.file);
  const heads: SessionLike[] = [];
  for (const { file } of generator.files.heads) heads.push(await createSession(file));
  return new OnnxGenerator(generator, { generator: first, heads }, Tensor);
}
