import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeGenerator } from "@fqgan/ar-generator";
import { type DatasetConfig, loadDataset } from "@fqgan/data";
import {
  findRun,
  type GeneratorStageConfig,
  judgeClasses,
  readCodesHeader,
  readRunConfig,
  Samples,
  toPictures,
} from "@fqgan/experiment";
import { loadExtractor } from "@fqgan/features";
import { contactSheet, encodePng, type Image, inRows } from "@fqgan/image";
import { nearest, UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { formatDuration } from "../output/format.js";
import { writePicture } from "../output/write-picture.js";
import type { Globals } from "../program.js";
import type { GenerateOptions } from "./generate-options.js";
import { measurePrecision, precisionLines } from "./measure-precision.js";
import { showUnfolding } from "./show-unfolding.js";

/** A class by its name or number. */
function classIndex(word: string, classes: readonly string[]): number {
  const index = /^\d+$/.test(word) ? Number(word) : classes.indexOf(word);
  if (index >= 0 && index < classes.length) return index;
  const near = nearest(word, classes);
  throw new UserError(
    `--class ${word}: expected 0 to ${classes.length - 1} or a name; ` +
      `${near ? `did you mean "${near}"? ` : ""}known: ${classes.join(", ")}`,
  );
}

/** The sampling of the training run with what the command line says instead. */
function sampleConfig(
  trained: GeneratorStageConfig["sample"],
  options: GenerateOptions,
  wanted: number,
): GeneratorStageConfig["sample"] {
  const { guidance, guidanceSchedule, guidanceInterval, temperature, topK, topP } = options;
  return {
    ...trained,
    guidance: {
      ...trained.guidance,
      ...(guidance !== undefined && { scale: guidance }),
      ...(guidanceSchedule !== undefined && { schedule: guidanceSchedule }),
      ...(guidanceInterval !== undefined && { interval: guidanceInterval }),
    },
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    batchSize: Math.min(options.batch, wanted),
    precision: options.precision,
  };
}

export async function generate(globals: Globals, options: GenerateOptions): Promise<number> {
  const run = findRun(globals.runs, "generator", options.from);
  const inputs = run.config.inputs as { tokenizer: string; codes: string };
  const beside = (id: string) => join(dirname(run.folder), id);
  const { classes, tokenizerHash: codesHash } = readCodesHeader(beside(inputs.codes));
  const labels = (
    options.class?.map((word) => classIndex(word, classes)) ?? [...classes.keys()]
  ).flatMap((label) => new Array<number>(options.count).fill(label));
  const model = join(run.folder, "checkpoints", "model.safetensors");
  const { generator, tokenizerHash } = decodeGenerator(readFileSync(model), model);
  const trained = run.config.config as unknown as GeneratorStageConfig;
  const decodes = options.tokenizer
    ? findRun(globals.runs, "tokenizer", options.tokenizer).folder
    : beside(inputs.tokenizer);
  const setting = {
    config: { ...trained, sample: sampleConfig(trained.sample, options, labels.length) },
    seed: options.seed,
    input: (role: string) => {
      const folder = role === "tokenizer" ? decodes : beside(inputs.codes);
      return { folder, config: readRunConfig(folder) };
    },
  };
  const { precision } = options;
  const samples = await Samples.open(setting, {
    generator,
    codes: { classes, tokenizerHash: tokenizerHash || codesHash },
    decoding: { weights: "frozen", precision },
  });
  const start = performance.now();
  const pictures: Image[] = [];
  const data = readRunConfig(beside(inputs.codes)).config.data as DatasetConfig;
  for await (const drawn of draw(samples, { ...options, labels, trained, data, globals })) {
    pictures.push(...drawn);
    if (!globals.quiet) process.stderr.write(`${pictures.length} of ${labels.length}\n`);
  }
  const seconds = (performance.now() - start) / 1000;
  samples.dispose();
  const files = await write(pictures, { ...options, labels, classes });
  const measured =
    precision === "float32" && options.measure === undefined
      ? undefined
      : await measurePrecision(globals, { ...setting, generator, options });
  if (globals.json) {
    const result = { run: run.config.id, seed: options.seed, files, seconds, precision };
    process.stdout.write(
      `${JSON.stringify({ ...result, ...(measured && { measured }) }, null, 2)}\n`,
    );
    return EXIT.done;
  }
  process.stdout.write(`${files.join("\n")}\n`);
  if (measured) process.stdout.write(`${precisionLines(measured).join("\n")}\n`);
  if (!globals.quiet)
    process.stderr.write(
      `${pictures.length} images in ${formatDuration(seconds)} by ${run.config.label}, seed ${options.seed}\n`,
    );
  return EXIT.done;
}

/** Pictures of the labels in order, batch by batch. */
async function* draw(
  samples: Samples,
  options: GenerateOptions & {
    readonly labels: readonly number[];
    readonly trained: GeneratorStageConfig;
    readonly data: DatasetConfig;
    readonly globals: Globals;
  },
): AsyncGenerator<readonly Image[]> {
  const { labels, accept, frames, watch, trained, data, globals } = options;
  if (accept !== undefined) {
    if (frames !== undefined || watch)
      throw new UserError(
        "--accept: which images are kept is known when all are drawn; leave out --frames and --watch",
      );
    const judge = await loadExtractor(trained.evaluate.extractor);
    const dataset = await loadDataset(data);
    const members = judgeClasses(dataset, judge);
    await dataset.close();
    const options = { acceptance: accept, judge, members };
    for await (const { images, count } of samples.accepted(labels, options))
      yield toPictures(images, count);
    judge.dispose();
  } else if (frames !== undefined || watch) {
    yield* showUnfolding(samples.unfold(labels), { frames, watch: watch && !globals.quiet });
  } else {
    for await (const { images, count } of samples.batches(labels)) yield toPictures(images, count);
  }
}

async function write(
  pictures: readonly Image[],
  options: Pick<GenerateOptions, "grid" | "out" | "count"> & {
    readonly labels: readonly number[];
    readonly classes: readonly string[];
  },
): Promise<string[]> {
  const { grid, out, count, labels, classes } = options;
  const scale = Math.max(1, Math.round(96 / pictures[0]!.width));
  if (grid) {
    const path = out.endsWith(".png") ? out : `${out}.png`;
    writePicture(path, await encodePng(contactSheet(inRows(pictures, count), { scale })));
    return [path];
  }
  mkdirSync(out, { recursive: true });
  return Promise.all(
    pictures.map(async (picture, i) => {
      const name = classes[labels[i]!]!.toLowerCase().replace(/[^a-z0-9]+/g, "-");
      const path = join(out, `${name}-${String(i % count).padStart(3, "0")}.png`);
      writePicture(path, await encodePng(picture));
      return path;
    }),
  );
}
