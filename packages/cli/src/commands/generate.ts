import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "@fqgan/data";
import {
  type FinishedGenerator,
  findRun,
  type GeneratorStageConfig,
  generatorData,
  judgeClasses,
  modelFile,
  openGenerator,
  requireCodes,
  Samples,
  toPictures,
} from "@fqgan/experiment";
import { loadExtractor } from "@fqgan/features";
import { contactSheet, encodePng, type Image, inRows } from "@fqgan/image";
import { nearest, UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { formatDuration } from "../output/format.js";
import { imageProgress } from "../output/image-progress.js";
import { pictureNames } from "../output/picture-names.js";
import { writePicture } from "../output/write-picture.js";
import type { Globals } from "../program.js";
import type { GenerateOptions } from "./generate-options.js";
import { measurePrecision, precisionLines } from "./measure-precision.js";
import { showUnfolding } from "./show-unfolding.js";

/** Known names that an error lists. */
const LISTED = 20;

/** A class by its name or number. */
function classIndex(word: string, classes: readonly string[]): number {
  const index = /^\d+$/.test(word) ? Number(word) : classes.indexOf(word);
  if (index >= 0 && index < classes.length) return index;
  const near = nearest(word, classes);
  const more = classes.length > LISTED ? ", …" : "";
  throw new UserError(
    `--class ${word}: expected 0 to ${classes.length - 1} or a name; ` +
      `${near ? `did you mean "${near}"? ` : ""}known: ${classes.slice(0, LISTED).join(", ")}${more}`,
  );
}

/** More classes than this are not all drawn unless they are named. */
const MOST_CLASSES = 16;

/** All of a few classes; of many, some spread evenly over them. */
function usualClasses(count: number): number[] {
  const drawn = Math.min(count, MOST_CLASSES);
  return Array.from({ length: drawn }, (_, i) => Math.floor(((i + 0.5) * count) / drawn));
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
  const { runs, quiet } = globals;
  const { seed, precision } = options;
  const opened = await openGenerator(findRun(runs, "generator", options.from));
  const { run, classes, generator, tokenizerHash } = opened;
  const named = options.class?.map((word) => classIndex(word, classes));
  const chosen = named ?? usualClasses(classes.length);
  if (!quiet && chosen.length < classes.length && named === undefined)
    process.stderr.write(`${chosen.length} of ${classes.length} classes; --class names others\n`);
  const labels = chosen.flatMap((label) => new Array<number>(options.count).fill(label));
  const finished: FinishedGenerator = {
    ...opened,
    config: {
      ...opened.config,
      sample: sampleConfig(opened.config.sample, options, labels.length),
    },
    ...(options.tokenizer !== undefined && {
      tokenizer: modelFile(findRun(runs, "tokenizer", options.tokenizer).folder),
    }),
  };
  if (options.measure !== undefined) requireCodes(finished, "--measure");
  const samples = await Samples.open(
    { config: finished.config, seed },
    {
      generator,
      tokenizer: finished.tokenizer,
      codes: { classes, tokenizerHash },
      decoding: { weights: "frozen", precision },
      run: run.folder,
    },
  );
  const start = performance.now();
  const pictures: Image[] = [];
  const progress = imageProgress({ quiet: quiet || options.watch === true });
  for await (const drawn of draw(samples, { ...options, labels, finished, globals })) {
    pictures.push(...drawn);
    progress.update(pictures.length, labels.length);
  }
  progress.close();
  const seconds = (performance.now() - start) / 1000;
  samples.dispose();
  const files = await write(pictures, { ...options, labels, classes });
  samples.forget();
  // An imported generator has no held-out codes that a loss could be measured on.
  const measurable = precision !== "float32" && finished.codes !== undefined;
  const measured =
    measurable || options.measure !== undefined
      ? await measurePrecision(globals, { ...finished, seed, options })
      : undefined;
  if (globals.json) {
    const result = { run: run.config.id, seed, files, seconds, precision };
    process.stdout.write(
      `${JSON.stringify({ ...result, ...(measured && { measured }) }, null, 2)}\n`,
    );
    return EXIT.done;
  }
  process.stdout.write(`${files.join("\n")}\n`);
  if (measured) process.stdout.write(`${precisionLines(measured).join("\n")}\n`);
  if (!quiet)
    process.stderr.write(
      `${pictures.length} images in ${formatDuration(seconds)} by ${run.config.label}, seed ${seed}\n`,
    );
  return EXIT.done;
}

/** Pictures of the labels in order, batch by batch. */
async function* draw(
  samples: Samples,
  options: GenerateOptions & {
    readonly labels: readonly number[];
    readonly finished: FinishedGenerator;
    readonly globals: Globals;
  },
): AsyncGenerator<readonly Image[]> {
  const { labels, accept, frames, watch, finished, globals } = options;
  if (accept !== undefined) {
    if (frames !== undefined || watch)
      throw new UserError(
        "--accept: which images are kept is known when all are drawn; leave out --frames and --watch",
      );
    const data = generatorData(finished, "--accept");
    const judge = await loadExtractor(finished.config.evaluate.extractor);
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
  const names = pictureNames(labels.map((label) => classes[label]!));
  return Promise.all(
    pictures.map(async (picture, i) => {
      const path = join(out, names[i]!);
      writePicture(path, await encodePng(picture));
      return path;
    }),
  );
}
