import { type Command, Option } from "commander";
import { wholeNumber } from "../input/values.js";

export interface ExtractCodesOptions {
  readonly from?: string;
  readonly data?: string;
  readonly crops: string;
  readonly range?: number;
  readonly batch?: number;
  readonly shard?: number;
  readonly npy?: string;
}

const EXAMPLES = `
Examples:
  fqgan extract-codes --from ablation/fq-256x2-both        one centre crop of each image
  fqgan extract-codes --crops ten-crop --range 1.1         corners, centre and their mirror images
  fqgan extract-codes --data ~/photos --npy codes          also as codes/train_visual.npy, …

A generator is then trained on them with
  fqgan train generator far-mini --set codes.crops.name=ten-crop
which finds the codes that are there already. Ctrl-C keeps the shards that are complete: the same command
goes on with the next.`;

/** The options of `fqgan extract-codes`, apart from what it does, so that help is instant. */
export const describeExtractCodes = (command: Command): Command =>
  command
    .description("write a data set's images as codes, for training generators")
    .option("--from <run>", "tokenizer run: id, folder or sweep/point (default: the newest)")
    .option("--data <name or folder>", "data set, or a folder of images (default: the tokenizer's)")
    .addOption(
      new Option("--crops <name>", "squares of each training image that become codes")
        .choices(["centre", "ten-crop"])
        .default("centre"),
    )
    .option(
      "--range <factor>",
      "side of the square that ten crops are cut from, over theirs",
      Number,
    )
    .option("--batch <n>", "crops at once", wholeNumber("--batch", 1))
    .option("--shard <n>", "images a file", wholeNumber("--shard", 1))
    .option("--npy <folder>", "also write NumPy files: <split>_<codebook>.npy, <split>_labels.npy")
    .addHelpText("after", EXAMPLES);
