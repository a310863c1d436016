/** The commands that use a tokenizer, as the command line describes them. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Globals } from "./program.js";

/** Connects a command to the function that its module exports. */
export type Act = <T extends unknown[]>(
  load: () => Promise<(globals: Globals, ...parameters: T) => Promise<number>>,
) => (...parameters: unknown[]) => Promise<void>;

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("Expected a whole number.");
};

const atLeastOne = (text: string): number => {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError("Expected a whole number above 0.");
};

const examples = (...lines: readonly string[]) =>
  `\nExamples:\n${lines.map((line) => `  ${line}\n`).join("")}`;

const from = (command: Command) =>
  command.option(
    "--from <run or file>",
    'a run, "newest", or a checkpoint: .safetensors, .pt, .pth, .ckpt (default: the small tokenizer that comes with fqgan)',
  );

/** What the weights of PyTorch's checkpoints don't tell. */
const published = (command: Command) =>
  command
    .addOption(
      new Option("--weights <which>", "of a .pt that has averaged ones too").choices([
        "model",
        "ema",
      ]),
    )
    .option("--groups <n>", "of a .pt's group norms, where not 32", wholeNumber)
    .option(
      "--heads <n>",
      "of a .pt's adapters, where not 8; of a generator, where not its width / 64",
      wholeNumber,
    );

/** Names are here and not asked of the registry: loading it would make help slow. */
export const FITS = ["crop", "tile", "interpolate"];

const fitting = (command: Command) =>
  published(from(command))
    .addOption(
      new Option(
        "--fit <how>",
        "crop: the centre, at the size that the tokenizer is for; tile: all of the picture, in overlapping " +
          "squares; interpolate: a larger centre, learned positions interpolated (default: tile for the " +
          "tokenizer that comes with fqgan, else crop)",
      ).choices(FITS),
    )
    .option("--side <pixels>", "longest side of what is tiled or interpolated", wholeNumber, 256)
    .option("--overlap <pixels>", "of tiles, at least (default: an eighth of one)", wholeNumber);

export function tokenizerCommands(program: Command, act: Act): void {
  fitting(program.command("reconstruct <paths...>"))
    .description("images or folders through a tokenizer: pictures, PSNR, SSIM, bits per pixel")
    .option("--out <folder>", "where pictures go (default: beside each image)")
    .addHelpText(
      "after",
      examples(
        "fqgan reconstruct cat.jpg                      cat.fqgan.png: input | reconstruction | each codebook alone",
        "fqgan reconstruct ~/photos --from newest --out reconstructed",
        "fqgan reconstruct cat.jpg --from fqgan_dual_ds16.pt",
        "fqgan reconstruct cat.jpg --from fqgan_dual_ds16.pt --fit tile --side 1024",
      ),
    )
    .action(act(async () => (await import("./commands/reconstruct.js")).reconstruct));
  fitting(program.command("tokenize <paths...>"))
    .description("codes of images or folders: JSON, or NumPy arrays in a folder")
    .option("--out <file.json or folder>", "default: JSON to standard output")
    .addHelpText(
      "after",
      examples(
        "fqgan tokenize cat.jpg > cat.json",
        "fqgan tokenize ~/photos --out codes              codes/visual.npy, codes/semantic.npy, codes/codes.json",
      ),
    )
    .action(act(async () => (await import("./commands/tokenize.js")).tokenize));
  published(from(program.command("detokenize <codes>")))
    .description(
      "pictures of the codes that tokenize wrote: a file, a folder, or - for standard input",
    )
    .option("--out <folder>", "where pictures go", "decoded")
    .addHelpText("after", examples("fqgan tokenize cat.jpg | fqgan detokenize - --out decoded"))
    .action(act(async () => (await import("./commands/detokenize.js")).detokenize));
  published(program.command("import <file>"))
    .description(
      "a published tokenizer or generator (.pt, .pth, .ckpt, .safetensors) as a checkpoint or run of ours",
    )
    .option(
      "--tokenizer <run or file>",
      "of a generator (FAR, LlamaGen): the tokenizer that it was trained with",
    )
    .option(
      "--size <pixels>",
      "side of the images, for weights that fit any (default: 256)",
      wholeNumber,
    )
    .option("--out <file>", "default: <name>.fqgan.safetensors here")
    .addHelpText(
      "after",
      examples(
        "fqgan import fqgan_dual_ds16.pt",
        "fqgan import vq_ds16_c2i.pt --out llamagen-16.safetensors",
        "fqgan import sd-v1-4.ckpt                      its autoencoder, which has no codes; vqgan.ckpt has",
        "fqgan import far_b.pt --tokenizer fqgan_dual_ds16.pt    a run; then: fqgan generate --class 207 --grid",
      ) +
        "\nNothing in a file is executed: tensors and plain data are read, every other name is refused.\n" +
        "Which model it is, and its sizes, are read off the weights. Official weights are CC-BY-NC 4.0.\n",
    )
    .action(act(async () => (await import("./commands/import.js")).importCheckpoint));
  const exporting = from(program.command("export <file>"))
    .description(
      "a tokenizer by PyTorch's names, as .pt or .safetensors, for the reference code; `export onnx` for any runtime",
    )
    .addHelpText(
      "after",
      examples(
        "fqgan export finetuned.pt --from newest",
        "fqgan export onnx exported --precision float16",
      ),
    )
    .action(act(async () => (await import("./commands/export.js")).exportTokenizer));
  const exportOnnx = act(async () => (await import("./commands/export-onnx.js")).exportOnnx);
  exporting
    .command("onnx <folder>")
    .description("ONNX files that run in Node, in browsers and in Python, and how exact they are")
    .option(
      "--generator [run]",
      "a generator's run (default: the newest), with the tokenizer that it was trained with",
    )
    .addOption(
      new Option("--precision <name>", "how weights are stored; arithmetic is float32 in any case")
        .choices(["float32", "float16", "int8"])
        .default("float32"),
    )
    .option("--batch <n>", "images at once", atLeastOne, 1)
    .option("--data <name or folder>", "images that the files are compared with us on", "emoji")
    .option("--images <n>", "how many; 0 compares nothing", wholeNumber, 8)
    .addHelpText(
      "after",
      examples(
        "fqgan export onnx exported                     the small tokenizer that comes with fqgan",
        "fqgan export onnx exported --from newest --precision int8",
        "fqgan export onnx exported --generator --batch 4   the newest generator and its tokenizer",
        "",
        "What the files are and how to run them: docs/onnx.md",
      ),
    )
    // its --from is that of `export`
    .action((folder, _options, command: Command) =>
      exportOnnx(folder, command.optsWithGlobals(), command),
    );
  program
    .command("verify-official <file>")
    .description("rFID and PSNR of a published checkpoint against what its paper prints")
    .requiredOption("--data <folder>", "ImageNet's 50,000 validation images")
    .option(
      "--inception <file>",
      "pt_inception-2015-12-05-6726825d.pth; without it there is no rFID",
    )
    .option("--images <n>", "only the first n, to see that it works", wholeNumber)
    .addOption(
      new Option("--weights <which>", "of files with averaged weights").choices(["model", "ema"]),
    )
    .addHelpText(
      "after",
      examples(
        "fqgan verify-official fqgan_dual_ds16.pt --data imagenet-val --inception pt_inception.pth",
      ) +
        "\nNeither the images nor the weights come with fqgan. On two CPU cores all images take a day or more.\n" +
        "It ends with 1 if a number of all images lies further from the paper's than the table says.\n",
    )
    .action(act(async () => (await import("./commands/verify-official.js")).verifyOfficial));
}
