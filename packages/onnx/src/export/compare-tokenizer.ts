import { compile, type HostTensor, type Tensor } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import type { Values } from "../batches.js";
import type { Manifest } from "../manifest.js";
import type { OnnxTokenizer, TokenizerFile } from "../tokenizer.js";

/** How far one file is from our own engine, given the inputs that this had. */
export interface FileError {
  readonly file: TokenizerFile;
  /** Numbers compared. */
  readonly values: number;
  /** Largest difference; of codes, how many differ. */
  readonly worst: number;
}

/** How far an export is from the tokenizer that it was made of, on some images. */
export interface TokenizerComparison {
  readonly images: number;
  readonly files: readonly FileError[];
  /** From images through encoder and quantizer; absent where latents are continuous. */
  readonly codes?: CodeDifferences;
  /** Largest difference of a reconstruction's value; from black to white it is 2. */
  readonly reconstruction: number;
}

/** How many codes differ, and how close they were to a tie. */
export interface CodeDifferences {
  readonly codes: number;
  readonly differing: number;
  /**
   * How far both encoders' latents are apart at most where codes differ, as a share of their length. The
   * border between both codes lies within that distance: of the size of float32's rounding it says that
   * the codes tie and the last digits decide.
   */
  readonly apart: number;
}

/** Values by the names of a tokenizer's files. */
export type Named = Readonly<Record<string, Values>>;

/**
 * Runs images through both and compares file by file.
 * @param images [B, H, W, 3] in [-1, 1]
 */
export async function compareTokenizer(
  tokenizer: Tokenizer,
  exported: OnnxTokenizer,
  images: HostTensor,
): Promise<TokenizerComparison> {
  const ours = await ourValues(tokenizer, images);
  const pictures = { images: images.data as Float32Array };
  const { hasCodes } = exported;
  const steps: [TokenizerFile, Named, Named][] = hasCodes
    ? [
        ["encoder", pictures, ours.latent],
        ["quantizer", ours.latent, ours.code],
        ["codebooks", ours.code, ours.quantized],
      ]
    : [["encoder", pictures, ours.quantized]];
  steps.push(["decoder", ours.quantized, ours.decoded]);
  const files: FileError[] = [];
  for (const [file, given, expected] of steps) {
    const made = await exported.run(file, given);
    files.push({ file, ...errorOf(expected, made) });
  }
  const drawn = (ours.decoded.images as Float32Array).map((v) => Math.min(1, Math.max(-1, v)));
  const redrawn = await exported.reconstruct(pictures.images);
  return {
    images: images.shape[0]!,
    files,
    ...(hasCodes && {
      codes: codeDifferences(exported.manifest, ours, await throughCodes(exported, pictures)),
    }),
    reconstruction: largestDifference(drawn, redrawn),
  };
}

/** Everything between an image and its reconstruction, as the files name it. */
async function ourValues(tokenizer: Tokenizer, images: HostTensor) {
  const program = compile<{ images: HostTensor }, Record<string, Record<string, Tensor>>>(
    (given) => {
      const latent = tokenizer.encodeLatents(given.images);
      const { codes, quantized } = tokenizer.quantize(latent, { training: false });
      // What a decoder sees of stored codes, which may differ from `quantized` in the last digits.
      const vectors = tokenizer.hasCodes ? tokenizer.lookupCodes(codes) : quantized;
      const decoded = tokenizer.decodeQuantized(vectors);
      return {
        latent: { ...latent },
        code: { ...codes },
        quantized: { ...vectors },
        decoded: { images: decoded },
      };
    },
    { name: "comparison" },
  );
  const made = await program({ images }).finally(() => program.dispose());
  const named = (prefix: string): Named =>
    Object.fromEntries(
      Object.entries(made[prefix] ?? {}).map(([name, { data }]) => [
        `${prefix}.${name}`,
        data as Values,
      ]),
    );
  return {
    latent: named("latent"),
    code: named("code"),
    quantized: named("quantized"),
    decoded: { images: made.decoded!.images!.data as Float32Array } as Named,
  };
}

/** Pictures through encoder and quantizer: latents, and their codes. */
export async function throughCodes(exported: OnnxTokenizer, pictures: Named) {
  const latent = await exported.run("encoder", pictures);
  return { latent, code: await exported.run("quantizer", latent) };
}

function errorOf(expected: Named, made: Named): { values: number; worst: number } {
  let values = 0;
  let worst = 0;
  for (const [name, own] of Object.entries(expected)) {
    const other = made[name]!;
    values += own.length;
    worst =
      own instanceof Float32Array
        ? Math.max(worst, largestDifference(own, other))
        : worst + placesThatDiffer(own, other).length;
  }
  return { values, worst };
}

function largestDifference(a: Values, b: Values): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

const placesThatDiffer = (a: Values, b: Values): number[] =>
  [...a.keys()].filter((place) => a[place] !== b[place]);

interface Coded {
  readonly latent: Named;
  readonly code: Named;
}

/** Counts codes that differ, and looks at the latents where they do. */
export function codeDifferences(
  { tokenizer }: Pick<Manifest, "tokenizer">,
  ours: Coded,
  theirs: Coded,
): CodeDifferences {
  let codes = 0;
  let differing = 0;
  let apart = 0;
  for (const [name, { grid }] of Object.entries(tokenizer.codebooks)) {
    const own = ours.code[`code.${name}`]!;
    const places = placesThatDiffer(own, theirs.code[`code.${name}`]!);
    codes += own.length;
    differing += places.length;
    for (const [factor, { latent }] of Object.entries(tokenizer.factors)) {
      const pair = [ours.latent[`latent.${factor}`]!, theirs.latent[`latent.${factor}`]!] as const;
      const [rows, columns, length] = latent;
      for (const place of places)
        for (const row of latentRows(place, grid[0] * grid[1], rows * columns))
          apart = Math.max(apart, relativeDistance(pair, row * length, length));
    }
  }
  return { codes, differing, apart };
}

/** Which latents a code was made of: that of its position, or all of its image where grids differ. */
function latentRows(place: number, codes: number, latents: number): number[] {
  if (codes === latents) return [place];
  const first = Math.floor(place / codes) * latents;
  return Array.from({ length: latents }, (_, i) => first + i);
}

/** ‖a - b‖ / ‖a‖ of `length` values from `start` on. */
function relativeDistance(
  [a, b]: readonly [Values, Values],
  start: number,
  length: number,
): number {
  let apart = 0;
  let norm = 0;
  for (let i = start; i < start + length; i++) {
    apart += (a[i]! - b[i]!) ** 2;
    norm += a[i]! ** 2;
  }
  return Math.sqrt(apart / norm);
}
