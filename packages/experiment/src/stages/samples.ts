import {
  type DecoderOptions,
  type Generator,
  generateAccepted,
  requireSameCodes,
  Sampler,
} from "@fqgan/ar-generator";
import { evaluationBatches, type Split } from "@fqgan/data";
import type { Extractor } from "@fqgan/features";
import { type Image, toUint8, unpackImages } from "@fqgan/image";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { loadTokenizer, type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import type { GeneratorStageConfig } from "../config/stage-configs.js";
import { pictureGrid } from "../media/grid.js";
import { hideUndrawn } from "../media/undrawn.js";
import type { MediaItem } from "../store/run-folder.js";
import { classScores } from "./class-scores.js";
import { inOrder } from "./code-order.js";
import type { CodesHeader } from "./codes-file.js";
import { DrawnCodes } from "./drawn-codes.js";
import type { StageContext } from "./stage.js";

type Codes = Readonly<Record<string, HostTensor>>;

/** What a way to sample changes of a run's own. */
export type Sampling = NonNullable<GeneratorStageConfig["sample"]["variants"]>[string];

/** Some images of a batch while they are drawn. */
export interface Unfolding {
  /** Places that are not drawn yet are grey. */
  readonly pictures: readonly Image[];
  /** Rows of the grid drawn so far. */
  readonly rows: number;
  readonly done: boolean;
}

/** Images drawn by a generator and decoded by its tokenizer, in batches of one shape. */
export class Samples {
  private readonly drawn: DrawnCodes[] = [];

  private constructor(
    private readonly options: {
      readonly sample: GeneratorStageConfig["sample"];
      readonly seed: number;
      readonly classes: readonly string[];
      /** Keeps what is drawn. */
      readonly keep: { readonly run: string; readonly decoding: DecoderOptions } | undefined;
    },
    private readonly tokenizer: Tokenizer,
    private readonly sampler: Sampler,
  ) {}

  /**
   * @param parts.codes what the generator was trained on; another tokenizer than theirs is refused
   * @param parts.tokenizer the checkpoint of the tokenizer that decodes
   * @param parts.decoding live weights for a model in training, frozen ones for a finished model
   * @param parts.run the folder of a finished generator's run: `batches` keeps what it draws there until
   *   `forget`, and goes on with what was kept
   */
  static async open(
    {
      config,
      seed,
    }: Pick<StageContext<Pick<GeneratorStageConfig, "sample" | "order">>, "config" | "seed">,
    parts: {
      readonly generator: Generator;
      readonly tokenizer: string;
      readonly codes: Pick<CodesHeader, "classes" | "tokenizerHash">;
      readonly decoding: DecoderOptions;
      readonly run?: string;
    },
  ): Promise<Samples> {
    const { generator, codes, decoding } = parts;
    const { sample } = config;
    const tokenizer = await loadTokenizer(parts.tokenizer);
    const { vocabularies, grid } = generator.config;
    const own = Object.entries(tokenizer.codebooks).map(
      ([name, { size }]) => [name, size] as const,
    );
    const given = {
      vocabularies: inOrder(Object.fromEntries(own), config.order),
      grid: tokenizer.grid,
      tokenizerHash: await tokenizerHash(tokenizer),
    };
    requireSameCodes(
      { vocabularies, grid, tokenizerHash: codes.tokenizerHash },
      given,
      `${parts.tokenizer}: decoding`,
    );
    const sampler = new Sampler(generator, { ...decoding, batch: sample.batchSize });
    const { classes } = codes;
    const keep = parts.run === undefined ? undefined : { run: parts.run, decoding };
    return new Samples({ sample, seed, classes, keep }, tokenizer, sampler);
  }

  /**
   * Images of the given classes, [B, S, S, 3] in [-1, 1], how many of them count, and which is the first.
   * @param options.sampling changes of the run's own
   * @param options.from batches before the one with this image are left out
   */
  async *batches(
    classes: ArrayLike<number>,
    { sampling = {}, from = 0 }: { readonly sampling?: Sampling; readonly from?: number } = {},
  ): AsyncGenerator<{ images: HostTensor; count: number; first: number }> {
    const kept = this.kept(classes, sampling);
    for (const part of this.parts(classes, sampling)) {
      const { firstImage: first } = part;
      if (first + part.classes.length <= from) continue;
      const draw = () => this.sampler.generate(part);
      const codes = await (kept ? kept.batch(first, draw) : draw());
      yield { ...(await this.decode(codes, part.classes.length)), first };
    }
  }

  /** What was drawn has been made use of. */
  forget(): void {
    for (const drawn of this.drawn.splice(0)) drawn.forget();
  }

  /**
   * Rejection sampling: images that a classifier recognises best, of as many more as `acceptance` says.
   * @param options.members the classifier's classes of each of ours, from `judgeClasses`
   */
  async *accepted(
    classes: ArrayLike<number>,
    options: {
      readonly acceptance: number;
      readonly judge: Extractor;
      readonly members: readonly (readonly number[])[];
    },
  ): AsyncGenerator<{ images: HostTensor; count: number }> {
    const { acceptance, judge, members } = options;
    const score = async (codes: Codes, labels: readonly number[]) => {
      const scores: number[] = [];
      for (const { codes: some, start, count } of this.slices(codes)) {
        const { images } = await this.decode(some, count);
        const own = labels.slice(start, start + count);
        scores.push(...(await classScores(judge, { images, labels: own, members })));
      }
      return scores;
    };
    const { seed } = this.options;
    const wanted = { ...this.sampling, classes, seed, acceptance, score };
    const kept = await generateAccepted(this.sampler, wanted);
    for (const { codes, count } of this.slices(kept)) yield this.decode(codes, count);
  }

  /** A split through the tokenizer: what codes can say of it, without a generator. */
  async *reconstructions(split: Split): AsyncGenerator<{ images: HostTensor; count: number }> {
    const { batchSize } = this.options.sample;
    for await (const { images, count } of evaluationBatches(split, batchSize))
      yield { images: await this.tokenizer.reconstruct(images), count };
  }

  /** Images batch by batch, shown again after each row of positions. */
  async *unfold(classes: ArrayLike<number>): AsyncGenerator<Unfolding> {
    const [rows, columns] = this.tokenizer.grid;
    for (const part of this.parts(classes)) {
      const { length } = part.classes;
      const drawn: Record<string, Int32Array> = {};
      for await (const { position, cell, codes } of this.sampler.stream(part)) {
        for (const [name, values] of Object.entries(codes)) {
          drawn[name] ??= new Int32Array(length * rows * columns);
          for (const [image, code] of values.entries())
            drawn[name]![image * rows * columns + position] = code;
        }
        if (cell[1] !== columns - 1) continue;
        const sofar = Object.entries(drawn).map(
          ([name, data]) => [name, hostTensor(data, [length, rows * columns])] as const,
        );
        const { images } = await this.decode(Object.fromEntries(sofar), length);
        const share = (cell[0] + 1) / rows;
        const pictures = toPictures(images, length).map((image) => hideUndrawn(image, share));
        yield { pictures, rows: cell[0] + 1, done: cell[0] === rows - 1 };
      }
    }
  }

  /** One row of samples a class. */
  async grid(step: number): Promise<MediaItem> {
    const { sample, classes } = this.options;
    const wanted = classes.flatMap((_, label) => new Array<number>(sample.perClass).fill(label));
    const pictures: Image[] = [];
    for (const part of this.parts(wanted)) {
      const { images, count } = await this.decode(
        await this.sampler.generate(part),
        part.classes.length,
      );
      pictures.push(...toPictures(images, count));
    }
    return pictureGrid(pictures, {
      name: `samples-${String(step).padStart(7, "0")}`,
      kind: "samples",
      step,
      columns: sample.perClass,
      items: wanted.map((label) => classes[label]!),
      caption: `samples at step ${step}, a class a row, guidance ${JSON.stringify(sample.guidance.scale)}`,
    });
  }

  dispose(): void {
    this.sampler.dispose();
    this.tokenizer.dispose();
  }

  private get sampling() {
    const {
      images: _,
      perClass: __,
      precision: ___,
      batchSize: ____,
      variants: _____,
      ...sampling
    } = this.options.sample;
    return sampling;
  }

  private kept(classes: ArrayLike<number>, changes: Sampling): DrawnCodes | undefined {
    const { keep, seed, sample } = this.options;
    if (!keep) return undefined;
    const { run, decoding } = keep;
    const { batchSize } = sample;
    const labels = Array.from(classes);
    const sampling = { ...this.sampling, ...changes };
    const drawn = new DrawnCodes(run, { sampling, labels, seed, batchSize, decoding });
    this.drawn.push(drawn);
    return drawn;
  }

  private *parts(classes: ArrayLike<number>, changes: Sampling = {}) {
    const { batchSize } = this.options.sample;
    const { seed } = this.options;
    for (let start = 0; start < classes.length; start += batchSize) {
      const part = Array.from(classes).slice(start, start + batchSize);
      yield { ...this.sampling, ...changes, classes: part, seed, firstImage: start };
    }
  }

  /** Codes of many images as batches. */
  private *slices(codes: Codes) {
    const { batchSize } = this.options.sample;
    const total = Object.values(codes)[0]!.shape[0]!;
    for (let start = 0; start < total; start += batchSize) {
      const count = Math.min(batchSize, total - start);
      const some = Object.entries(codes).map(([name, { data, shape }]) => {
        const length = shape[1]!;
        const rows = data.slice(start * length, (start + count) * length);
        return [name, hostTensor(rows, [count, length])] as const;
      });
      yield { codes: Object.fromEntries(some), start, count };
    }
  }

  private async decode(codes: Codes, count: number) {
    const { batchSize } = this.options.sample;
    const padded = Object.entries(codes).map(([name, rows]) => [name, padRows(rows, batchSize)]);
    return { images: await this.tokenizer.decode(Object.fromEntries(padded)), count };
  }
}

/** The first `count` of images [B, S, S, 3]. */
export function toPictures({ data, shape }: HostTensor, count: number): Image[] {
  return unpackImages(toUint8(data as Float32Array), shape[1]!).slice(0, count);
}

/** Repeats the first row until there are `count`. */
function padRows({ data, shape }: HostTensor, count: number): HostTensor {
  const length = shape[1]!;
  const rows = new Int32Array(count * length);
  for (let i = 0; i < count; i++) {
    const from = i < shape[0]! ? i : 0;
    rows.set(data.subarray(from * length, (from + 1) * length), i * length);
  }
  return hostTensor(rows, [count, length]);
}
