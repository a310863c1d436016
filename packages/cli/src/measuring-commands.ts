/** The commands that measure, as the command line describes them. */
import { type Command, Option } from "commander";
import { collect, wholeNumber } from "./input/values.js";
import type { Act } from "./tokenizer-commands.js";

const RECONSTRUCTION = `
Examples:
  fqgan evaluate reconstruction --real originals --fake reconstructions
  fqgan evaluate reconstruction --real ~/val256 --fake tokenizer.safetensors --inception inception.pth --intervals
  fqgan evaluate reconstruction --real a.npz --fake b.npz --protocol pixels --json

Pairs are matched in the order of their names. Without weights of a published network, distances are the
built-in judge's, which no paper's numbers compare with.
`;

const GENERATION = `
Examples:
  fqgan evaluate generation                                  the newest generator run, against its own data
  fqgan evaluate generation ablation/fq-256x2-both-factorized --count 2000 --seed 1
  fqgan evaluate generation samples.npz --real VIRTUAL_imagenet256_labeled.npz --inception inception.pth
  fqgan evaluate generation generated --real ablation/fq-256x2-both-factorized     samples in a folder
  fqgan evaluate generation far_b --real ~/photos --size 256

A generator run draws its own images, as often of each class as its real images are, or of all alike where
--real names others. --real takes a run, too: the images that its samples are compared with. An .npz with mu
and sigma stands for the real side of Fréchet distances, images in it (arr_0) for that of the others.
`;

const STATISTICS = `
Examples:
  fqgan evaluate statistics --images ~/val256 --protocol adm --inception inception.pth --out val256.npz

Any tool that reads pytorch-fid's, clean-fid's or ADM's files reads it; ours also knows by which network,
prepared how, of which images, and refuses to compare it with another's.
`;

const CARD = `
Examples:
  fqgan card --images ~/photos                          the small tokenizer that comes with the command
  fqgan card newest --images ~/photos                   the newest run
  fqgan card tokenizer.safetensors --images ~/val256 --inception inception.pth --intervals --pfid 0.5
  fqgan card --encoder enc.onnx --decoder dec.onnx --codebook indices=16384 --images ~/val256
`;

export function measuringCommands(program: Command, act: Act): void {
  const evaluate = program
    .command("evaluate")
    .description("measure tokenizers and images by the protocols that papers quote");
  evaluate
    .command("run", { isDefault: true })
    .description("a trained tokenizer on a split again, with any metrics (the default)")
    .option("--from <run>", "tokenizer run: id, folder or sweep/point (default: the newest)")
    .addOption(
      new Option("--split <name>", "which split")
        .choices(["train", "validation", "test"])
        .default("test"),
    )
    .option("--metric <name>", "metric (repeatable; default: those of the run)", collect)
    .action(act(async () => (await import("./commands/evaluate.js")).evaluate));
  sides(evaluate.command("reconstruction"))
    .description("pairs: originals and reconstructions, or a tokenizer that makes them")
    .addHelpText("after", RECONSTRUCTION)
    .action(
      act(async () => (await import("./commands/evaluate-images.js")).evaluateReconstruction),
    );
  measuring(evaluate.command("generation [samples]"))
    .description(
      "a generator run, or samples in a folder or an .npz, against real images (default: the newest run)",
    )
    .option("--real <folder, npz or run>", "the real images (default: those of the run's data)")
    .option("--fake <folder, npz or run>", "the samples, as an option")
    .option("--size <pixels>", "ADM's centre crop of files", wholeNumber("--size", 1))
    .option(
      "--count <n>",
      "images that a run draws (default: as many as it did)",
      wholeNumber("--count", 2),
    )
    .option("--seed <n>", "its seed (default: the run's)", wholeNumber("--seed", 0))
    .addHelpText("after", GENERATION)
    .action(act(async () => (await import("./commands/evaluate-images.js")).evaluateGeneration));
  measuring(evaluate.command("statistics"))
    .description("mean and covariance of images as an .npz that other tools read, too")
    .requiredOption("--images <folder or npz>", "the images")
    .option("--size <pixels>", "ADM's centre crop", wholeNumber("--size", 1))
    .option("--out <file>", "where they go", "statistics.npz")
    .addHelpText("after", STATISTICS)
    .action(act(async () => (await import("./commands/evaluate-images.js")).evaluateStatistics));
  measuring(program.command("card [tokenizer]"))
    .description("a tokenizer's audit as one page: every protocol, codes, speed, size")
    .requiredOption("--images <folder or npz>", "what to measure it on")
    .option("--out <file>", "the page", "card.html")
    .option("--encoder <file>", "an ONNX encoder instead: images → indices")
    .option("--decoder <file>", "and its decoder: indices → images")
    .option("--codebook <name=size>", "sizes of an ONNX pair's codebooks (repeatable)", collect)
    .option("--size <pixels>", "side of an ONNX pair's images", wholeNumber("--size", 1))
    .option("--pfid <rate>", "pFID, too: the share of indices that neighbours replace", Number)
    .option("--pfid-neighbours <n>", "of so many nearest", wholeNumber("--pfid-neighbours", 2))
    .option("--pictures <n>", "pairs of pictures on the page", wholeNumber("--pictures", 0), 8)
    .addHelpText("after", CARD)
    .action(act(async () => (await import("./commands/card.js")).card));
}

/** What every pass over images can be told. */
function measuring(command: Command): Command {
  return command
    .option("--limit <n>", "only the first images", wholeNumber("--limit", 1))
    .addOption(
      new Option(
        "--orientation <rule>",
        "of photographs: stored, as the tools that papers quote read them, or upright, as their EXIF tag says",
      )
        .choices(["stored", "upright"])
        .default("stored"),
    )
    .option("--inception <file>", "pt_inception-2015-12-05-6726825d.pth: ADM, torch-fidelity, …")
    .option("--vgg16 <file>", "vgg16-397923af.pth: precision and recall of torch-fidelity")
    .option("--dinov2 <file>", "dinov2_vitl14_pretrain.pth: FD-DINOv2")
    .option("--clip <file>", "CLIP ViT-L/14-336's image side: CMMD")
    .option("--lpips <file>", "vgg16-397923af.pth: LPIPS")
    .option("--lpips-linear <file>", "LPIPS's own vgg.pth")
    .option("--protocol <name>", "only this protocol (repeatable)", collect)
    .option("--metric <name>", "only this metric (repeatable)", collect)
    .option("--intervals", "95 % intervals of Fréchet and neighbour metrics, too", false);
}

/** And two sides of it. */
function sides(command: Command): Command {
  return measuring(command)
    .requiredOption("--real <folder or npz>", "originals, or statistics of them")
    .requiredOption("--fake <folder, npz or model>", "what is judged")
    .option("--size <pixels>", "ADM's centre crop of both sides", wholeNumber("--size", 1));
}
