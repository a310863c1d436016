/** The commands about codebooks, as the command line describes them. */
import type { Command } from "commander";
import { wholeNumber } from "./input/values.js";
import type { Act } from "./tokenizer-commands.js";

const EXPLAIN = `
Examples:
  fqgan explain                                  the newest tokenizer run, finished or not
  fqgan explain ablation/vq-256 --json
  fqgan explain newest --data ~/photos           its codebooks on these images, measured now
  fqgan explain fqgan_dual_ds16.pt --data ~/photos --images 256

Says for each codebook how its codes are used, what was found while it trained, the likely cause, and
what to try, with the paper that found it to help.
`;

const LAB = `
Examples:
  fqgan lab                                      every family at the bits of the small tokenizer that comes with fqgan
  fqgan lab --from ablation/fq-256x2-both --data ~/photos --bits 10
  fqgan lab --quantizers vq fsq "{name: residual, quantizer: {name: vq, size: 32}, levels: 3}"

One encoder's latents of a data set are encoded once and kept in <runs>/cache; each quantizer is fitted to
the training split's and judged on the test split's, with the best linear maps in and out. So only
quantization differs: no encoder, decoder or perceptual loss does.
`;

export function codebookCommands(program: Command, act: Act): void {
  program
    .command("explain")
    .argument("[tokenizer]", 'a run, "newest" (the default), or a checkpoint')
    .description("what is wrong with a tokenizer's codebooks, why, and what to try")
    .option("--data <name or folder>", "encode images and measure; needed for a checkpoint")
    .option("--images <n>", "how many of them", wholeNumber("--images", 1), 512)
    .addHelpText("after", EXPLAIN)
    .action(act(async () => (await import("./commands/explain.js")).explain));
  program
    .command("lab")
    .description("compare quantizers on one encoder's latents, in seconds")
    .option(
      "--from <run or file>",
      'a run, "newest", or a checkpoint (default: the small tokenizer that comes with fqgan)',
    )
    .option("--data <name or folder>", "data set, or a folder of images", "emoji")
    .option("--images <n>", "at most, of each split", wholeNumber("--images", 2), 1024)
    .option(
      "--codebook <name>",
      "latents of one of the tokenizer's codebooks (default: of all, joined)",
    )
    .option(
      "--bits <n>",
      "bits a position of each family (default: the tokenizer's)",
      wholeNumber("--bits", 1),
    )
    .option(
      "--quantizers <what...>",
      "families by name, or configs in YAML (default: all families)",
    )
    .option("--steps <n>", "training steps of each", wholeNumber("--steps", 1), 300)
    .option("--seed <n>", "same seed, same numbers", wholeNumber("--seed", 0), 0)
    .addHelpText("after", LAB)
    .action(act(async () => (await import("./commands/lab.js")).lab));
}
