import { nearest, UserError } from "@fqgan/registry";
import { type Column, columnSchema } from "../schema/sweep-format.js";

/** The columns that sweep files may name. The arrow in a title says which direction is better. */
const KNOWN: Readonly<Record<string, Omit<Column, "digits" | "format"> & Partial<Column>>> = {
  rfid: { metric: "tokenizer/test/fid", title: "rFID ↓", goal: "min", digits: 1 },
  is: { metric: "tokenizer/test/inceptionScore", title: "IS ↑", goal: "max", digits: 1 },
  psnr: { metric: "tokenizer/test/psnr", title: "PSNR ↑", goal: "max", digits: 2 },
  balancedRfid: {
    metric: "tokenizer/test/balanced.fid",
    title: "rFID balanced ↓",
    goal: "min",
    digits: 1,
  },
  balancedPsnr: {
    metric: "tokenizer/test/balanced.psnr",
    title: "PSNR balanced ↑",
    goal: "max",
    digits: 2,
  },
  ssim: { metric: "tokenizer/test/ssim", title: "SSIM ↑", goal: "max", digits: 3 },
  usage: { metric: "tokenizer/test/usage", title: "usage ↑", goal: "max", format: "percent" },
  perplexity: {
    metric: "tokenizer/test/perplexity",
    title: "perplexity ↑",
    goal: "max",
    digits: 0,
  },
  kid: { metric: "tokenizer/test/kid", title: "rKID ↓", goal: "min", digits: 4 },
  lpips: { metric: "tokenizer/test/lpips", title: "perceptual ↓", goal: "min", digits: 3 },
  maskedPsnr: {
    metric: "tokenizer/test/maskedPsnr",
    title: "PSNR inside ↑",
    goal: "max",
    digits: 2,
  },
  realIs: { metric: "tokenizer/test/realInceptionScore", title: "IS of real", digits: 1 },
  bits: { metric: "tokenizer/bitsPerImage", title: "bits/image", format: "count" },
  parameters: { metric: "tokenizer/parameters", title: "parameters", format: "count" },
  parametersInUse: {
    metric: "tokenizer/parametersInUse",
    title: "in use",
    format: "count",
  },
  flops: { metric: "tokenizer/flops", title: "FLOPs/image", format: "count" },
  jointUsage: {
    metric: "tokenizer/test/joint.usage",
    title: "joint usage",
    format: "percent",
  },
  mutualInformation: {
    metric: "tokenizer/test/mutualInformation",
    title: "I(a; b), bits",
    digits: 3,
  },
  gfid: { metric: "generator/samples/fid", title: "gFID ↓", goal: "min", digits: 1 },
  gis: { metric: "generator/samples/inceptionScore", title: "IS ↑", goal: "max", digits: 1 },
  precision: {
    metric: "generator/samples/precision",
    title: "precision ↑",
    goal: "max",
    digits: 2,
  },
  recall: { metric: "generator/samples/recall", title: "recall ↑", goal: "max", digits: 2 },
  loss: { metric: "generator/test/loss", title: "held-out loss ↓", goal: "min", digits: 3 },
  codedBits: {
    metric: "generator/test/bitsPerImage",
    title: "held-out bits/image ↓",
    goal: "min",
    digits: 1,
  },
  gkid: { metric: "generator/samples/kid", title: "gKID ↓", goal: "min", digits: 4 },
  nearestTrain: { metric: "generator/samples/nearestTrain", title: "nearest train", digits: 3 },
  nearCopies: {
    metric: "generator/samples/nearCopies",
    title: "near copies",
    format: "percent",
  },
  testNearCopies: {
    metric: "generator/test/nearCopies",
    title: "of test",
    format: "percent",
  },
  generatorParameters: { metric: "generator/parameters", title: "parameters", format: "count" },
  generatorFlops: { metric: "generator/flops", title: "FLOPs/image", format: "count" },
};

/** Names of the columns that a sweep file may use without writing them out. */
export function columnNames(): string[] {
  return Object.keys(KNOWN);
}

/** A known column by name, or one written in full. */
export function resolveColumn(column: string | Column, where: string): Column {
  if (typeof column !== "string") return column;
  const known = KNOWN[column];
  if (known) return columnSchema.parse(known);
  const near = nearest(column, columnNames());
  throw new UserError(
    `${where}: unknown column "${column}"; ${near ? `did you mean "${near}"? ` : ""}` +
      `known: ${columnNames().join(", ")}; or write { metric, title }`,
  );
}
