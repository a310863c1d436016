import { cachedLatents, parseContender } from "@fqgan/experiment";
import {
  type Contest,
  compareQuantizers,
  contender,
  contendersOfBits,
  type LabResult,
} from "@fqgan/quantizer";
import { nearest, type StrategyConfig, UserError } from "@fqgan/registry";
import { createKey, type HostTensor, hostTensor } from "@fqgan/tensor";
import { factorOf, type Tokenizer } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { dataConfig } from "../input/data-config.js";
import { openTokenizer } from "../open-tokenizer.js";
import { align } from "../output/align.js";
import { formatDuration } from "../output/format.js";
import { imageProgress } from "../output/image-progress.js";
import type { Globals } from "../program.js";

export interface LabCommand {
  readonly from?: string;
  readonly data: string;
  readonly images: number;
  readonly codebook?: string;
  readonly bits?: number;
  readonly quantizers?: readonly string[];
  readonly steps: number;
  readonly seed: number;
}

/** Latents of a codebook of several more than its codes, or fitting them means little. */
const LATENTS_PER_CODE = 4;

/** Fits quantizers to one encoder's latents and prints how they compare. */
export async function lab(globals: Globals, options: LabCommand): Promise<number> {
  const say = (text: string) => {
    if (!globals.quiet) process.stderr.write(`${text}\n`);
  };
  const { tokenizer, name } = await openTokenizer(globals.runs, options.from);
  const chosen = chosenFactors(tokenizer, options.codebook);
  const { size } = tokenizer.config.image;
  const progress = imageProgress(globals);
  const latents = await cachedLatents({
    tokenizer,
    data: dataConfig({ data: options.data, size }) as { name: string },
    images: options.images,
    batchSize: 16,
    runs: globals.runs,
    onImages: progress.update,
  });
  progress.close();
  const [train, test] = [latents.train, latents.test].map((split) => joined(split, chosen));
  const contest = contestOf(tokenizer, { options, chosen, train: train! });
  const candidates = contendersFor(options.quantizers, contest);
  const { shape } = train!;
  say(
    `latents of ${name}: ${shape[0]} of ${shape[1]} dimensions to fit, ${test!.shape[0]} to judge` +
      `${latents.cached ? " (from the cache)" : ""}; about ${contest.bits} bits a position`,
  );
  const start = performance.now();
  let done = 0;
  const total = Object.keys(candidates).length;
  const results = await compareQuantizers({
    train: train!,
    test: test!,
    candidates,
    steps: options.steps,
    key: createKey(options.seed),
    onResult: (candidate, { seconds }) => {
      done += 1;
      const left = ((performance.now() - start) / 1000 / done) * (total - done);
      const rest = done < total ? `, left ${formatDuration(left)}` : "";
      say(`${done} of ${total}  ${candidate}  ${seconds.toFixed(1)} s${rest}`);
    },
  });
  tokenizer.dispose();
  process.stdout.write(
    globals.json
      ? `${JSON.stringify({ tokenizer: name, data: options.data, ...contest, results }, null, 2)}\n`
      : `${table(results).join("\n")}\n`,
  );
  return EXIT.done;
}

/** The factors whose latents are quantized together. */
function chosenFactors({ factors }: Tokenizer, codebook: string | undefined): readonly string[] {
  if (codebook === undefined) return factors;
  if (factors.includes(codebook)) return [codebook];
  const near = nearest(codebook, factors);
  throw new UserError(
    `--codebook: expected one of ${factors.join(", ")}, got "${codebook}"` +
      `${near ? `; did you mean "${near}"?` : "; leave it out for all of them"}`,
  );
}

/** Latents of the same positions side by side, [N, ΣD]. */
function joined(split: Readonly<Record<string, HostTensor>>, names: readonly string[]): HostTensor {
  const parts = names.map((name) => split[name]!);
  const rows = parts[0]!.shape[0]!;
  const width = parts.reduce((sum, { shape }) => sum + shape[1]!, 0);
  const values = new Float32Array(rows * width);
  let column = 0;
  for (const { data, shape } of parts) {
    const own = shape[1]!;
    for (let row = 0; row < rows; row++)
      values.set(data.subarray(row * own, (row + 1) * own) as Float32Array, row * width + column);
    column += own;
  }
  return hostTensor(values, [rows, width]);
}

/** The tokenizer's own bits for these latents, as far as there are latents to fit so many codes. */
function contestOf(
  tokenizer: Tokenizer,
  given: {
    readonly options: LabCommand;
    readonly chosen: readonly string[];
    readonly train: HostTensor;
  },
): Contest {
  const { options, chosen, train } = given;
  const [rows, dimensions] = train.shape as [number, number];
  const own = Object.entries(tokenizer.codebooks)
    .filter(([name]) => chosen.includes(factorOf(name, tokenizer.factors) ?? name))
    .reduce((sum, [, { size }]) => sum + Math.log2(size), 0);
  const most = Math.max(1, Math.floor(Math.log2(rows / LATENTS_PER_CODE)));
  return { bits: options.bits ?? Math.min(Math.round(own) || most, most), dimensions };
}

function contendersFor(
  wanted: readonly string[] | undefined,
  contest: Contest,
): Record<string, StrategyConfig> {
  const families = contendersOfBits(contest);
  if (!wanted) return families;
  const chosen = wanted.map((text) => contender(parseContender(text), families));
  return Object.fromEntries(chosen.map(({ label, config }) => [label, config]));
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** A line for each, the smallest distortion first. */
function table(results: Readonly<Record<string, LabResult>>): string[] {
  const rows = Object.entries(results)
    .sort(([, a], [, b]) => a.relativeDistortion - b.relativeDistortion)
    .map(([name, { relativeDistortion, projectionFloor, use, parameters, seconds }]) => {
      const { nominal, separately, jointly } = use.bitsPerPosition;
      const usages = Object.values(use.codebooks).map(({ usage }) => usage);
      return [
        name,
        percent(relativeDistortion),
        percent(projectionFloor),
        nominal.toFixed(1),
        separately.toFixed(2),
        jointly?.toFixed(2) ?? "–",
        usages.map((usage) => Math.round(100 * usage)).join("/"),
        use.joint ? percent(use.joint.usage) : "–",
        String(parameters),
        seconds.toFixed(1),
      ];
    });
  const header = [
    "quantizer",
    "distortion",
    "floor",
    "bits",
    "coded",
    "jointly",
    "usage %",
    "joint usage",
    "parameters",
    "s",
  ];
  return [
    ...align([header, ...rows]),
    "",
    "distortion and floor: shares of the test latents' variance; floor: lost by the number of dimensions alone;",
    "bits a position: nominal, entropy-coded each codebook by itself, and all of them jointly",
  ];
}
