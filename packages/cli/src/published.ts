/** What the paper says of the tokenizers whose weights are published (arXiv 2411.16681, Table 1). */
import { UserError } from "@fqgan/registry";
import type { TokenizerFacts } from "./output/describe-tokenizer.js";

export interface PublishedTokenizer {
  /** As `tokenizerFacts` names it. */
  readonly model: string;
  /** How many times smaller the grid is. */
  readonly factor: number;
  /** Of the released weights, without the heads that predict teachers' features. */
  readonly parameters: number;
  readonly rfid: number;
  readonly psnr: number;
}

/** On all images of ImageNet's validation set, centre-cropped to 256 × 256. */
export const PUBLISHED_IMAGES = 50_000;

export const publishedTokenizers: readonly PublishedTokenizer[] = [
  { model: "FQGAN-Dual", factor: 16, parameters: 111_294_355, rfid: 0.94, psnr: 22.02 },
  { model: "FQGAN-Triple", factor: 16, parameters: 131_657_883, rfid: 0.76, psnr: 22.73 },
  { model: "FQGAN-Dual", factor: 8, parameters: 110_307_219, rfid: 0.32, psnr: 26.27 },
  { model: "FQGAN-Triple", factor: 8, parameters: 131_063_963, rfid: 0.24, psnr: 27.58 },
  { model: "LlamaGen VQ", factor: 16, parameters: 71_883_403, rfid: 2.19, psnr: 20.79 },
  { model: "LlamaGen VQ", factor: 8, parameters: 70_109_835, rfid: 0.59, psnr: 25.45 },
];

/** The one that a checkpoint claims to be by its structure. @param where names it in errors */
export function publishedTokenizer(facts: TokenizerFacts, where: string): PublishedTokenizer {
  const { model, imageSize, grid, parameters } = facts;
  const factor = imageSize / grid[0];
  const found = publishedTokenizers.find(
    (published) =>
      published.model === model &&
      published.factor === factor &&
      published.parameters === parameters &&
      imageSize === 256,
  );
  if (found) return found;
  const known = publishedTokenizers.map((published) => `${published.model} ${published.factor}×`);
  const got = `${model ?? "a tokenizer of another kind"} ${factor}× at ${imageSize}×${imageSize}`;
  throw new UserError(
    `${where}: expected the weights of a published tokenizer (${known.join(", ")}, at 256×256), got ${got} ` +
      `with ${parameters.toLocaleString("en")} parameters; \`fqgan evaluate\` measures others`,
  );
}

/** How far a faithful measurement may lie from the printed number: its rounding, and another machine's floats. */
export const TOLERANCES = { rfid: 0.03, psnr: 0.05 } as const;

export interface Verdict {
  readonly metric: string;
  readonly paper: number;
  /** Undefined where it could not be measured. */
  readonly measured?: number;
  readonly tolerance: number;
  readonly verdict: "agrees" | "differs" | "not judged";
}

/** @param images how many were measured: only all of them can agree or differ */
export function judge(
  published: PublishedTokenizer,
  measured: { readonly rfid?: number; readonly psnr?: number },
  images: number,
): Verdict[] {
  return (["rfid", "psnr"] as const).map((metric) => {
    const paper = published[metric];
    const tolerance = TOLERANCES[metric];
    const value = measured[metric];
    if (value === undefined) return { metric, paper, tolerance, verdict: "not judged" };
    const agrees = Math.abs(value - paper) <= tolerance;
    const verdict = images !== PUBLISHED_IMAGES ? "not judged" : agrees ? "agrees" : "differs";
    return { metric, paper, measured: value, tolerance, verdict };
  });
}
