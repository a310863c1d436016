import { type Command, Option } from "commander";
import { interval, type PerCodebook, perCodebook, share } from "../input/per-codebook.js";
import { collect, wholeNumber } from "../input/values.js";

export interface GenerateOptions {
  readonly from?: string;
  readonly tokenizer?: string;
  readonly class?: readonly string[];
  readonly count: number;
  readonly grid: boolean;
  readonly guidance?: PerCodebook;
  readonly guidanceSchedule?: string;
  readonly guidanceInterval?: [number, number];
  readonly temperature?: PerCodebook;
  readonly topK?: PerCodebook;
  readonly topP?: PerCodebook;
  readonly seed: number;
  readonly batch: number;
  readonly precision: "float32" | "int8" | "int4";
  readonly measure?: number;
  readonly accept?: number;
  readonly frames?: string;
  readonly watch: boolean;
  readonly out: string;
}

const EXAMPLES = `
Values by codebook are one number for all, a list in codebook order or names:
  fqgan generate --guidance 2 --top-k 128,64 --temperature visual=1,semantic=0.9

Examples:
  fqgan generate --class Flags --class 3 --count 8 --grid --guidance 2
  fqgan generate --class Flags --watch                    the picture in the terminal while it is drawn
  fqgan generate --class Flags --frames flags             a PNG after each row of positions
  fqgan generate --accept 0.25 --grid                     of four drawn, the one a classifier knows best
  fqgan generate --precision int4 --measure 256           and what the lost bits cost`;

/** The options of `fqgan generate`, apart from what it does, so that help is instant. */
export const describeGenerate = (command: Command): Command =>
  command
    .description("draw images with a generator")
    .option("--from <run>", "generator run: id, folder or sweep/point (default: the newest)")
    .option("--tokenizer <run>", "the run that decodes (default: the one it was trained with)")
    .option(
      "--class <name or number>",
      "class to draw (repeatable; default: all, or 16 of many)",
      collect,
    )
    .option("--count <n>", "images of each class", wholeNumber("--count", 1), 4)
    .option("--grid", "one picture with all of them instead of one file each", false)
    .option(
      "--guidance <scales>",
      "classifier-free guidance by codebook; 1 is none",
      perCodebook("--guidance"),
    )
    .option("--guidance-schedule <name>", "constant, linear or cosine over the positions")
    .option(
      "--guidance-interval <first:end>",
      "positions that are guided",
      interval("--guidance-interval"),
    )
    .option(
      "--temperature <values>",
      "by codebook; 0 always takes the likeliest",
      perCodebook("--temperature"),
    )
    .option("--top-k <values>", "of the k likeliest codes; 0 is all", perCodebook("--top-k"))
    .option("--top-p <values>", "of the likeliest with this mass", perCodebook("--top-p"))
    .option("--seed <n>", "same seed, same images", wholeNumber("--seed", 0), 0)
    .option("--batch <n>", "images at once", wholeNumber("--batch", 1), 16)
    .addOption(
      new Option(
        "--precision <name>",
        "of the weights: fewer bits are faster and lose some quality",
      )
        .choices(["float32", "int8", "int4"])
        .default("float32"),
    )
    .option(
      "--measure <n>",
      "also print the FID of n samples for float32 and --precision",
      wholeNumber("--measure", 2),
    )
    .option(
      "--accept <share>",
      "rejection sampling: keep this share, which the run's classifier recognises best",
      share("--accept"),
    )
    .option("--frames <folder>", "write the unfinished pictures after each row of positions")
    .option("--watch", "show pictures in the terminal while they are drawn", false)
    .option("--out <path>", "file with --grid, otherwise folder", "generated")
    .addHelpText("after", EXAMPLES);
