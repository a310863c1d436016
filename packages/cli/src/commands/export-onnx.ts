import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type Dataset, loadDataset } from "@fqgan/data";
import { NEWEST } from "@fqgan/experiment";
import { toSignedUnit } from "@fqgan/image";
import { openTokenizer as openExported, openGenerator as openExportedGenerator } from "@fqgan/onnx";
import {
  compareGenerator,
  compareTokenizer,
  type Exported,
  exportGenerator,
  exportTokenizer,
  type FileError,
  type GeneratorComparison,
  nodeRuntime,
  type TokenizerComparison,
  writeExported,
} from "@fqgan/onnx/export";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { defaultTokenizer, type Tokenizer } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { dataConfig } from "../input/data-config.js";
import { type OpenedGenerator, openGenerator } from "../open-generator.js";
import { openTokenizer } from "../open-tokenizer.js";
import { align } from "../output/align.js";
import { formatBytes } from "../output/format.js";
import type { Globals } from "../program.js";

export interface ExportOnnxOptions {
  readonly from?: string;
  /** `true` for the newest. */
  readonly generator?: string | true;
  readonly precision: "float32" | "float16" | "int8";
  readonly batch: number;
  readonly data: string;
  readonly images: number;
}

interface Opened {
  readonly tokenizer: Tokenizer;
  readonly preset: string;
  readonly generator?: OpenedGenerator;
}

interface Comparison {
  readonly tokenizer: TokenizerComparison;
  readonly generator?: GeneratorComparison;
}

/** A tokenizer, and a generator where asked for, as ONNX files in a folder with a manifest. */
export async function exportOnnx(
  globals: Globals,
  out: string,
  options: ExportOnnxOptions,
): Promise<number> {
  if (existsSync(out))
    throw new UserError(`${out}: expected a new folder, it exists; give another`);
  const say = (text: string) => {
    if (!globals.quiet) process.stderr.write(`${text}\n`);
  };
  const opened = await open(globals.runs, options);
  say(`writing ${opened.preset} as ONNX`);
  const exported = await exportAll(opened, options);
  if (options.images > 0) say(`comparing with our own engine on ${options.images} images`);
  const comparison = options.images > 0 ? await compare(opened, exported, options) : undefined;
  writeExported(out, exported);
  process.stdout.write(
    globals.json
      ? `${JSON.stringify({ written: out, manifest: exported.manifest, comparison }, null, 2)}\n`
      : `${lines(out, exported, comparison).join("\n")}\n`,
  );
  return EXIT.done;
}

async function open(
  runs: string,
  { from, generator }: Pick<ExportOnnxOptions, "from" | "generator">,
): Promise<Opened> {
  if (generator === undefined) {
    const { tokenizer, name } = await openTokenizer(runs, from);
    const preset = from === undefined ? basename(defaultTokenizer.pathname, ".safetensors") : name;
    return { tokenizer, preset };
  }
  if (from !== undefined)
    throw new UserError(
      "--from and --generator: a generator is exported with the tokenizer that it was trained with; leave out --from",
    );
  const opened = await openGenerator(runs, generator === true ? NEWEST : generator);
  return { tokenizer: opened.tokenizer, preset: opened.name, generator: opened };
}

async function exportAll(
  { tokenizer, preset, generator }: Opened,
  { precision, batch }: ExportOnnxOptions,
): Promise<Exported> {
  const exported = await exportTokenizer(tokenizer, { preset, precision, batch });
  if (!generator) return exported;
  const { generator: model, classes, sampling, tokenizerHash } = generator;
  return exportGenerator(model, {
    preset,
    precision,
    tokenizer: exported,
    tokenizerHash,
    classes,
    images: batch,
    sampling,
  });
}

async function compare(
  { tokenizer, generator }: Opened,
  { manifest, files }: Exported,
  options: ExportOnnxOptions,
): Promise<Comparison> {
  const runtime = await nodeRuntime(files);
  const images = await someImages(options, manifest.image.height);
  const encoding = await openExported({ manifest, ...runtime });
  const compared = await compareTokenizer(tokenizer, encoding, images);
  await encoding.dispose();
  if (!generator) return { tokenizer: compared };
  const drawing = await openExportedGenerator({ manifest, ...runtime });
  const classes = [...generator.classes.keys()].slice(0, 2 * drawing.images);
  const drawn = await compareGenerator(generator.generator, drawing, { classes, seed: 0 });
  await drawing.dispose();
  return { tokenizer: compared, generator: drawn };
}

/** The first images of a data set that was not trained on; where these are few, training images too. */
async function someImages(
  { data, images: count }: Pick<ExportOnnxOptions, "data" | "images">,
  size: number,
): Promise<HostTensor> {
  const dataset: Dataset = await loadDataset(dataConfig({ data, size }) as { name: string });
  const parts: Uint8Array[] = [];
  let left = count;
  try {
    const { test, validation, train } = dataset.splits;
    for (const split of [test, validation, train]) {
      const taken = Math.min(left, split.count);
      if (taken > 0) parts.push(await split.images([...Array(taken).keys()]));
      left -= taken;
    }
  } finally {
    await dataset.close();
  }
  if (parts.length === 0)
    throw new UserError(`--data ${data}: expected images, found none; give another folder`);
  const pixels = new Uint8Array(Buffer.concat(parts));
  return hostTensor(toSignedUnit(pixels), [count - left, size, size, 3]);
}

function lines(out: string, { manifest, files }: Exported, comparison?: Comparison): string[] {
  const { preset, precision } = manifest;
  const errors = new Map<string, FileError>(
    comparison?.tokenizer.files.map((error) => [`${error.file}.onnx`, error]),
  );
  const errorOf = (file: string): string => {
    const error = errors.get(file);
    if (error) return described(error);
    const { generator } = comparison ?? {};
    return generator && file === manifest.generator?.files.generator.file
      ? `logits within ${small(generator.logits)}`
      : "";
  };
  const sizes = align([...files].map(([file, bytes]) => [file, formatBytes(bytes.length)]));
  const rows = [...files.keys()].map((file, i) => `${sizes[i]}  ${errorOf(file)}`.trimEnd());
  return [`${preset}, weights as ${precision}: ${out}`, "", ...rows, ...summary(comparison)];
}

/** What a file's numbers are, and how far they are off. */
const NUMBERS = { encoder: "latents", codebooks: "code vectors", decoder: "pixels" } as const;

const described = ({ file, values, worst }: FileError): string =>
  file === "quantizer"
    ? `${worst} of ${values.toLocaleString("en")} codes differ`
    : `${NUMBERS[file]} within ${small(worst)}`;

function summary(comparison: Comparison | undefined): string[] {
  if (!comparison) return [];
  const { tokenizer, generator } = comparison;
  const { images, codes, reconstruction } = tokenizer;
  return [
    "",
    `${images} images from end to end: reconstructions within ${small(reconstruction)} of our own engine's, where white is 2 from black`,
    ...(codes ? [codesLine(codes)] : ["no codes: its latents are continuous"]),
    ...(generator
      ? [
          `${generator.images} images drawn with one seed: ${generator.differing} of ` +
            `${generator.codes.toLocaleString("en")} codes differ`,
        ]
      : []),
  ];
}

function codesLine({ differing, codes, apart }: NonNullable<TokenizerComparison["codes"]>): string {
  const count = `${differing} of ${codes.toLocaleString("en")} codes differ`;
  return differing === 0
    ? count
    : `${count}: there the latents moved by up to ${small(apart)} of their length`;
}

const small = (value: number) => (value === 0 ? "0" : value.toExponential(1));
