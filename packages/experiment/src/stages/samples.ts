import {
  type DecoderOptions,
  type Generator,
  requireSameCodes,
  Sampler,
} from "@fqgan/ar-generator";
import { type Image, toUint8, unpackImages } from "@fqgan/image";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import type { GeneratorStageConfig } from "../config/stage-configs.js";
import { pictureGrid } from "../media/grid.js";
import type { MediaItem } from "../store/run-folder.js";
import type { CodesHeader } from "./codes-file.js";
import { loadRunTokenizer } from "./codes-stage.js";
import type { StageContext } from "./stage.js";

/** Images drawn by a generator and decoded by its tokenizer, in batches of one shape. */
export class Samples {
  private constructor(
    private readonly options: {
      readonly sample: GeneratorStageConfig["sample"];
      readonly seed: number;
      readonly classes: readonly string[];
    },
    private readonly tokenizer: Tokenizer,
    private readonly sampler: Sampler,
  ) {}

  /** @param parts.decoding live weights for a model in training, frozen ones for a finished model */
  static async open(
    { config, seed, input }: Pick<StageContext<GeneratorStageConfig>, "config" | "seed" | "input">,
    parts: {
      readonly generator: Generator;
      readonly codes: CodesHeader;
      readonly decoding: DecoderOptions;
    },
  ): Promise<Samples> {
    const { generator, codes, decoding } = parts;
    const { sample } = config;
    const { folder } = input("tokenizer");
    const tokenizer = await loadRunTokenizer(folder);
    const { vocabularies, grid } = generator.config;
    const { tokenizerHash: trainedOn, classes } = codes;
    const written = { ...codes, tokenizerHash: await tokenizerHash(tokenizer) };
    requireSameCodes({ vocabularies, grid, tokenizerHash: trainedOn }, written, folder);
    const sampler = new Sampler(generator, { ...decoding, batch: sample.batchSize });
    return new Samples({ sample, seed, classes }, tokenizer, sampler);
  }

  /** Images of the given classes, [B, S, S, 3] in [-1, 1] and how many of them count. */
  async *batches(
    classes: ArrayLike<number>,
  ): AsyncGenerator<{ images: HostTensor; count: number }> {
    const { images: _, perClass: __, precision: ___, batchSize, ...sampling } = this.options.sample;
    for (let start = 0; start < classes.length; start += batchSize) {
      const part = Array.from(classes).slice(start, start + batchSize);
      const codes = await this.sampler.generate({
        ...sampling,
        classes: part,
        seed: this.options.seed,
        firstImage: start,
      });
      const padded = Object.entries(codes).map(([name, rows]) => [name, padRows(rows, batchSize)]);
      const images = await this.tokenizer.decode(Object.fromEntries(padded));
      yield { images, count: part.length };
    }
  }

  /** One row of samples a class. */
  async grid(step: number): Promise<MediaItem> {
    const { sample, classes } = this.options;
    const wanted = classes.flatMap((_, label) => new Array<number>(sample.perClass).fill(label));
    const pictures: Image[] = [];
    for await (const { images, count } of this.batches(wanted)) {
      const size = images.shape[1]!;
      pictures.push(...unpackImages(toUint8(images.data as Float32Array), size).slice(0, count));
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
