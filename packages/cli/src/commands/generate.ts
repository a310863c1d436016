import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { decodeGenerator, Sampler, type SamplingInput } from "@fqgan/ar-generator";
import { decodeCodes, findRun, loadRunTokenizer } from "@fqgan/experiment";
import { contactSheet, encodePng, type Image, inRows, toUint8, unpackImages } from "@fqgan/image";
import { nearest, UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { formatDuration } from "../output/format.js";
import { writePicture } from "../output/write-picture.js";
import type { Globals } from "../program.js";

interface GenerateOptions {
  readonly from?: string;
  readonly class?: readonly string[];
  readonly count: number;
  readonly grid: boolean;
  readonly guidance?: number;
  readonly topK?: number;
  readonly temperature?: number;
  readonly seed: number;
  readonly out: string;
}

const BATCH = 16;

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

export async function generate(globals: Globals, options: GenerateOptions): Promise<number> {
  const run = findRun(globals.runs, "generator", options.from);
  const inputs = run.config.inputs as { tokenizer: string; codes: string };
  const beside = (id: string) => join(dirname(run.folder), id);
  const codesPath = join(beside(inputs.codes), "codes.safetensors");
  const { classes } = decodeCodes(readFileSync(codesPath), codesPath);
  const wanted = options.class?.map((word) => classIndex(word, classes)) ?? [...classes.keys()];
  const model = join(run.folder, "checkpoints", "model.safetensors");
  const { generator } = decodeGenerator(readFileSync(model), model);
  const tokenizer = await loadRunTokenizer(beside(inputs.tokenizer));
  const sampler = new Sampler(generator, { batch: BATCH });
  const trained = (run.config.config as { sample?: SamplingInput }).sample;
  const { guidance, topK, temperature } = options;
  const sampling: SamplingInput = {
    ...(trained?.guidance && { guidance: trained.guidance }),
    ...(guidance !== undefined && { guidance: { scale: guidance } }),
    ...(topK !== undefined && { topK }),
    ...(temperature !== undefined && { temperature }),
  };
  const labels = wanted.flatMap((label) => new Array<number>(options.count).fill(label));
  const start = performance.now();
  const pictures: Image[] = [];
  for (let first = 0; first < labels.length; first += BATCH) {
    const part = labels.slice(first, first + BATCH);
    const codes = await sampler.generate({
      ...sampling,
      classes: part,
      seed: options.seed,
      firstImage: first,
    });
    const images = await tokenizer.decode(codes);
    pictures.push(...unpackImages(toUint8(images.data as Float32Array), images.shape[1]!));
    if (!globals.quiet) process.stderr.write(`${pictures.length} of ${labels.length}\n`);
  }
  const seconds = (performance.now() - start) / 1000;
  const files = await write(pictures, { ...options, labels, classes });
  if (globals.json)
    process.stdout.write(
      `${JSON.stringify({ run: run.config.id, seed: options.seed, files, seconds }, null, 2)}\n`,
    );
  else {
    process.stdout.write(`${files.join("\n")}\n`);
    if (!globals.quiet)
      process.stderr.write(
        `${pictures.length} images in ${formatDuration(seconds)} by ${run.config.label}, seed ${options.seed}\n`,
      );
  }
  return EXIT.done;
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
