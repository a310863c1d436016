/**
 * Drawing images' codes position by position: the one loop of `Sampler`, of exported models and of pages.
 * What computes the logits is a `PositionDecoder`; nothing here needs tensors.
 */
import { UserError } from "@fqgan/registry";
import { createKey, fold, uniform53 } from "@fqgan/tensor/random";
import { type CodeShape, codebooksOf, positionsOf, requireClasses } from "./code-shape.js";
import { guide, sample } from "./draw.js";
import { guidanceScale } from "./guidance.js";
import { resolveSampling, type Sampling, type SamplingInput } from "./options.js";

/** What is drawn: classes, seed, and how. */
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

/** One sub-code of each row, by codebook. */
export type SubCodes = Record<string, Int32Array>;

/** Logits of one codebook's sub-code, [rows, size]. */
export interface RowLogits {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Computes the logits of `rows` sequences in lockstep, one position after another. */
export interface PositionDecoder<Context = unknown> {
  readonly rows: number;
  /** The first stage's logits at a position, from the sub-codes of the one before it (any at 0). */
  first(
    position: number,
    labels: Int32Array,
    previous: SubCodes,
  ): Promise<{ context: Context; logits: Readonly<Record<string, RowLogits>> }>;
  /** The logits of stage `index` > 0, given the sub-codes of the stages before it. */
  later(
    index: number,
    context: Context,
    drawn: SubCodes,
  ): Promise<Readonly<Record<string, RowLogits>>>;
}

/** What codes are drawn from. */
export interface PositionSource<Context = unknown> extends CodeShape {
  /** The label after the last class stands for none. */
  readonly classes: number;
  /** The codebooks of a stage are drawn together, each stage after those before it. */
  readonly stages: readonly (readonly string[])[];
  /** Images drawn at once, at most. */
  readonly batch: number;
  /** One for a new batch: of `batch` rows at least, or of twice as many where guidance needs them. */
  decoder(guided: boolean): PositionDecoder<Context>;
}

/** Positions of one batch in row-major order, as they are drawn. */
export async function* drawPositions<Context>(
  source: PositionSource<Context>,
  options: GenerateOptions,
): AsyncGenerator<DrawnPosition, void, void> {
  const { classes, seed, firstImage = 0, draws, ...given } = options;
  const { batch, grid } = source;
  const images = classes.length;
  const sampling = resolveSampling(source, given);
  requireClasses(classes, source.classes - 1, "generate");
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new UserError(`generate: expected a whole number from 0 as seed, got ${seed}`);
  if (images > batch)
    throw new UserError(
      `generate: expected at most ${batch} classes in one stream, got ${images}; make the sampler's batch larger`,
    );
  const codebooks = codebooksOf(source);
  const positions = positionsOf(source);
  const key = createKey(seed);
  const drawsOf =
    draws ?? ((image) => uniform53(fold(key, "image", image), codebooks.length * positions));
  const uniforms = Array.from({ length: images }, (_, i) => drawsOf(firstImage + i));
  const decoder = source.decoder(sampling.guided);
  const labels = new Int32Array(decoder.rows).fill(source.classes);
  labels.set(Array.from(classes));
  let previous: SubCodes = fill(codebooks, () => new Int32Array(decoder.rows));
  for (let position = 0; position < positions; position++) {
    const pick = (image: number, codebook: string) =>
      uniforms[image]![position * codebooks.length + codebooks.indexOf(codebook)]!;
    const place = { decoder, position, labels, previous, sampling, images, pick };
    previous = await drawPosition(source, place);
    yield {
      position,
      cell: [Math.floor(position / grid[1]), position % grid[1]],
      codes: fill(codebooks, (name) => previous[name]!.slice(0, images)),
    };
  }
}

/** Draws all sub-codes of a position; rows beyond the images repeat code 0. */
async function drawPosition<Context>(
  source: PositionSource<Context>,
  step: {
    decoder: PositionDecoder<Context>;
    position: number;
    labels: Int32Array;
    previous: SubCodes;
    sampling: Sampling;
    images: number;
    pick: (image: number, codebook: string) => number;
  },
): Promise<SubCodes> {
  const { decoder, position, labels, previous, sampling, images, pick } = step;
  const { stages, batch } = source;
  const count = positionsOf(source);
  const drawn: SubCodes = {};
  const { context, logits } = await decoder.first(position, labels, previous);
  for (const [index, names] of stages.entries()) {
    const current = index === 0 ? logits : await decoder.later(index, context, drawn);
    for (const codebook of names) {
      const { data, shape } = current[codebook]!;
      const size = shape[1]!;
      const row = (r: number) => data.subarray(r * size, (r + 1) * size);
      const scale = guidanceScale(sampling.guidance, { codebook, position, count });
      const codes = new Int32Array(decoder.rows);
      for (let image = 0; image < images; image++) {
        // Rows are the conditional sequences, then as many with the null class.
        const guided = sampling.guided
          ? guide(row(image), row(image + batch), scale)
          : new Float64Array(row(image));
        const code = sample(guided, sampling.draw[codebook]!, pick(image, codebook));
        codes[image] = code;
        if (sampling.guided) codes[image + batch] = code;
      }
      drawn[codebook] = codes;
    }
  }
  return drawn;
}

/** All codes, [images·N] for each codebook, in as many streams as it takes. */
export async function drawAll(
  source: CodeShape & { readonly batch: number },
  options: GenerateOptions,
  stream: (part: GenerateOptions) => AsyncIterable<DrawnPosition>,
): Promise<SubCodes> {
  const positions = positionsOf(source);
  const classes = Array.from(options.classes);
  const { firstImage = 0 } = options;
  const codes = fill(codebooksOf(source), () => new Int32Array(classes.length * positions));
  for (let start = 0; start < classes.length; start += source.batch) {
    const part = classes.slice(start, start + source.batch);
    const drawing = stream({ ...options, classes: part, firstImage: firstImage + start });
    for await (const drawn of drawing)
      for (const [name, row] of Object.entries(drawn.codes))
        for (const [image, code] of row.entries())
          codes[name]![(start + image) * positions + drawn.position] = code;
  }
  return codes;
}

function fill<T>(names: readonly string[], make: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}
