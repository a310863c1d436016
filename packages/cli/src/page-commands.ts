/** The commands that show something in a browser, as the command line describes them. */
import type { Command } from "commander";
import { collect, wholeNumber } from "./input/values.js";
import type { Act } from "./tokenizer-commands.js";

const PLAYGROUND = `
Examples:
  fqgan playground                                 drop an image: its codes, reconstruction, swaps
  fqgan playground export site                     the same as a folder for any static host
  fqgan playground export site --from ablation/fq-256x2-both

Models are written as ONNX when they are first chosen, kept in the user's cache folder, and run in the
browser: on several threads, or by WebGPU where there is an adapter. Images don't leave it.`;

export function pageCommands(program: Command, act: Act): void {
  const serving = (command: Command) =>
    command
      .option("--port <n>", "port; 0 takes a free one", wholeNumber("--port", 0), 7860)
      .option(
        "--host <address>",
        "listen beyond this machine; visitors then need the printed token",
      );
  serving(program.command("dashboard [folder]"))
    .description("look at runs in the browser; `dashboard export` writes it as a folder of files")
    .action(act(async () => (await import("./commands/dashboard.js")).dashboard))
    .command("export <folder>")
    .description("write the dashboard of all runs as a folder that opens without a server")
    .action(act(async () => (await import("./commands/dashboard.js")).dashboardExport));
  serving(program.command("playground"))
    .description("images through tokenizers and generators, in the browser; needs no runs")
    .addHelpText("after", PLAYGROUND)
    .action(act(async () => (await import("./commands/playground.js")).playground))
    .command("export <folder>")
    .description(
      "write it as a folder for static hosts, with the tokenizer that comes with fqgan unless told",
    )
    .option("--from <run>", "a tokenizer run: id, folder or sweep/point (repeatable)", collect)
    .option("--generator <run>", "a generator run, with its tokenizer (repeatable)", collect)
    .action(act(async () => (await import("./commands/playground.js")).playgroundExport));
}
