/** `fqgan.json`: what a folder of exported files holds, for whoever runs them. */
import { samplingSchema } from "@fqgan/ar-generator/sampling";
import { parseConfig } from "@fqgan/registry";
import * as z from "zod";

const count = z.int().positive();
/** [h, w, D] */
const sides = z.tuple([count, count, count]).readonly();
const grid = z.tuple([count, count]).readonly();
const file = z.object({
  file: z.string().min(1).describe("its name, beside the manifest"),
  bytes: count,
  sha256: z.string(),
});

const tokenizer = z.object({
  hash: z.string().describe("tokenizers of the same hash write and read the same codes"),
  factors: z.record(
    z.string(),
    z.object({
      latent: sides.describe("of latent.<factor>"),
      shape: sides.describe("of quantized.<factor>"),
    }),
  ),
  codebooks: z
    .record(z.string(), z.object({ size: count, grid }))
    .describe("in decoder channel order; none where latents are continuous"),
  files: z.object({
    encoder: file,
    quantizer: file.optional(),
    codebooks: file.optional(),
    decoder: file,
  }),
});

const generator = z.object({
  hash: z.string(),
  classes: z.array(z.string()),
  nullClass: count.describe("the label that stands for no class"),
  grid,
  codebooks: z.record(z.string(), count).describe("sizes, in decoder channel order"),
  stages: z.array(z.array(z.string())).describe("codebooks that are drawn together, in order"),
  rows: count.describe("sequences in lockstep: images, then the same without a class"),
  caches: z.array(z.object({ input: z.string(), output: z.string(), shape: z.array(count) })),
  files: z.object({ generator: file, heads: z.array(file) }),
  sampling: samplingSchema.prefault({}).describe("how its images are drawn unless told"),
});

const manifest = z.object({
  format: z.literal(1),
  preset: z.string().describe("what it was made of: a preset, a run, a file"),
  image: z.object({ height: count, width: count, channels: count }),
  normalisation: z.literal("[-1, 1]"),
  layout: z.literal("NHWC"),
  precision: z.string().describe("how weights are stored; all arithmetic is float32"),
  batch: count.describe("images at once"),
  tokenizer,
  generator: generator.optional(),
});

/** One file of an export: its name, hash, inputs and outputs. */
export type ExportedFile = z.output<typeof file>;

/** The content of `fqgan.json`: what an export is, and which files it has. */
export type Manifest = z.output<typeof manifest>;

/**
 * Checks what an export says of itself; what is wrong is a UserError that names it.
 * @param where names what is read in errors: a file, an address
 */
export const readManifest = (json: unknown, where = "fqgan.json"): Manifest =>
  parseConfig(manifest, json, where);
