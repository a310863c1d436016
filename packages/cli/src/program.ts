import { Command, CommanderError, Option } from "commander";
import { codebookCommands } from "./codebook-commands.js";
import { describeExtractCodes } from "./commands/extract-codes-options.js";
import { describeGenerate } from "./commands/generate-options.js";
import { EXIT, reportError } from "./exit-codes.js";
import { collect, wholeNumber } from "./input/values.js";
import { measuringCommands } from "./measuring-commands.js";
import { pageCommands } from "./page-commands.js";
import { tokenizerCommands } from "./tokenizer-commands.js";

export interface ProgramOptions {
  /** The file that stage processes are forked from. */
  readonly entry: string;
}

/** What every command gets besides its own options. */
export interface Globals {
  readonly runs: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly entry: string;
}

const someNumber = (what: string) => (text: string) => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new CommanderError(
      EXIT.usage,
      "fqgan.invalidNumber",
      `error: ${what}: expected a number, got "${text}"`,
    );
  return value;
};

const TRAIN_TOKENIZER_EXAMPLES = `
Examples:
  fqgan train tokenizer fqgan-dual-mini --data ~/photos --size 64 --ema 0.999
  fqgan train tokenizer vqgan --data ~/photos --lpips vgg16-397923af.pth --lpips-linear vgg.pth
  fqgan train tokenizer --init-from fqgan_dual_ds16.pt --data ~/photos --freeze encoder-and-codebooks
  fqgan train tokenizer --set "tokenizer.model.losses.adversarial={startStep: 500}"`;

const FOOTER = `
Examples:
  fqgan sweep run sweeps/ablation.yaml --quick     the paper's Tables 3 and 4, small, in minutes
  fqgan train tokenizer fqgan-dual-mini --data ~/photos
  fqgan reconstruct cat.jpg                        input | reconstruction | each codebook alone
  fqgan list quantizers
  fqgan --engine gpu train tokenizer fqgan-dual-mini           on the first engine that finds a GPU

Exit codes: 0 done, 1 something failed, 2 wrong input or usage, 75 another process works on the same run,
130 stopped by Ctrl-C (everything is saved: the same command goes on).
Results go to stdout, progress to stderr. NO_COLOR turns colours off.`;

/** The whole command line. Commands are loaded when they run, so that help is instant. */
export function createProgram({ entry }: ProgramOptions, done: (code: number) => void): Command {
  const program = new Command("fqgan")
    .description("Train, compare and use factorized visual tokenizers and their generators.")
    .option("--runs <folder>", "folder of run folders", "runs")
    .option("--json", "print the result as JSON", false)
    .option("--quiet", "no progress", false)
    .option(
      "--engine <name>",
      "what computes (`fqgan list engines`); default: FQGAN_ENGINE, or auto",
    )
    // By the environment, so that stages in processes of their own are computed by the same.
    .hook("preAction", () => {
      const { engine } = program.opts<{ engine?: string }>();
      if (engine) process.env.FQGAN_ENGINE = engine;
    })
    .option("--plugin <file>", "a module of yours that registers strategies (repeatable)", collect)
    .addHelpText("after", FOOTER)
    .showHelpAfterError("(fqgan --help shows what there is)")
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .exitOverride();

  /** Connects a command to the function that its module exports. */
  const act =
    <T extends unknown[]>(
      load: () => Promise<(globals: Globals, ...parameters: T) => Promise<number>>,
    ) =>
    async (...parameters: unknown[]) => {
      const { plugin = [], ...options } = program.opts<Globals & { plugin?: readonly string[] }>();
      const globals = { ...options, entry };
      await (await import("./plugins.js")).loadPlugins(plugin);
      // commander passes the command itself last
      done(await (await load())(globals, ...(parameters.slice(0, -1) as T)));
    };
  const running = (command: Command) =>
    command
      .option("--parallel <n>", "stages at once", wholeNumber("--parallel", 1))
      .option("--executor <name or YAML>", "where stages run: local, slurm, {name: slurm, cpus: 8}")
      .option("--retries <n>", "tries after a failure", wholeNumber("--retries", 0))
      .option("--track <name>", "send runs to wandb while they go on (sync does it afterwards)")
      .option("--threads <n>", "threads of a stage", wholeNumber("--threads", 1))
      .option(
        "--checkpoint-every <seconds>",
        "how often training is saved",
        (text: string) => Number(text),
        30,
      );
  const setting = (command: Command) =>
    command.option(
      "--set <path=value>",
      "change one value, e.g. tokenizer.train.steps=500 (repeatable)",
      collect,
    );

  const sweep = program.command("sweep").description("run and watch grids of experiments");
  setting(
    running(
      sweep
        .command("run <file>")
        .description("run every point of a sweep file; what is done already is not run again"),
    ),
  )
    .option("--variant <name>", "use a named set of differences from the file")
    .option("--quick", "the same as --variant quick")
    .option("--dry-run", "say what would run, and run nothing", false)
    .option(
      "--summaries <file>",
      "keep the numbers of what is done there, for git; what it has is not run again",
    )
    .action(act(async () => (await import("./commands/sweep.js")).sweepRun));
  running(
    sweep.command("resume <name>").description("go on with a sweep that was stopped or killed"),
  ).action(act(async () => (await import("./commands/sweep.js")).sweepResume));
  sweep
    .command("status [name]")
    .description("where a sweep is, or all of them")
    .action(act(async () => (await import("./commands/sweep.js")).sweepStatus));
  sweep
    .command("stop <name>")
    .description("ask its runs to save and end, on whatever machine they are")
    .action(act(async () => (await import("./commands/sweep.js")).sweepStop));

  const train = program.command("train").description("train one model");
  const data = (command: Command) =>
    command
      .option("--data <name or folder>", "data set, or a folder of images", "emoji")
      .option(
        "--size <pixels>",
        "side of the images (default: 32, or that of what is fine-tuned)",
        wholeNumber("--size", 8),
      );
  const recipe = (command: Command) =>
    setting(running(command))
      .option("--steps <n>", "optimizer steps", wholeNumber("--steps", 1))
      .option("--batch <n>", "images a step", wholeNumber("--batch", 1))
      .option("--seed <n>", "seed of weights and data order", wholeNumber("--seed", 0), 0);
  recipe(data(train.command("tokenizer [preset]")))
    .description("train a tokenizer (default preset: fqgan-dual-mini)")
    .option("--lr <rate>", "learning rate", someNumber("--lr"))
    .option("--schedule <name>", "of the learning rate: constant, cosine")
    .option("--warmup <steps>", "of linear warm-up", wholeNumber("--warmup", 0))
    .option("--ema <decay>", "keep a moving average of the weights", someNumber("--ema"))
    .option("--clip <norm>", "largest norm of the gradients", someNumber("--clip"))
    .option("--accumulate <n>", "parts to cut a batch into", wholeNumber("--accumulate", 1))
    .option("--lpips <file>", "perceptual loss LPIPS: torchvision's vgg16-397923af.pth")
    .option("--lpips-linear <file>", "LPIPS's own weights, vgg.pth of version 0.1")
    .option("--init-from <run or file>", "fine-tune a run's tokenizer, a checkpoint or a .pt")
    .addOption(
      new Option("--freeze <parts>", "what fine-tuning leaves as it is").choices([
        "encoder",
        "encoder-and-codebooks",
      ]),
    )
    .addHelpText("after", TRAIN_TOKENIZER_EXAMPLES)
    .action(act(async () => (await import("./commands/train.js")).trainTokenizer));
  recipe(train.command("generator [preset]"))
    .description("train a generator on a tokenizer's codes (default preset: far-mini)")
    .option("--from <run>", "tokenizer run: id, folder or sweep/point (default: the newest)")
    .action(act(async () => (await import("./commands/train.js")).trainGenerator));

  tokenizerCommands(program, act);
  codebookCommands(program, act);
  running(describeExtractCodes(program.command("extract-codes"))).action(
    act(async () => (await import("./commands/extract-codes.js")).extractCodes),
  );
  describeGenerate(program.command("generate")).action(
    act(async () => (await import("./commands/generate.js")).generate),
  );
  measuringCommands(program, act);
  program
    .command("report <sweep>")
    .description(
      "tables and contrasts of a sweep, or of a file of its summaries (.jsonl); report.html with pictures",
    )
    .addOption(
      new Option("--format <name>", "of the tables on stdout")
        .choices(["text", "markdown", "latex", "csv"])
        .default("text"),
    )
    .option("--no-html", "leave report.html as it is")
    .option("--paper", "the paper's own numbers beside ours", false)
    .option(
      "--differences [row]",
      "paired differences from a row (default: the first), with intervals",
    )
    .option(
      "--files",
      "write every table in every format, and the paper's figures 1, 3, 4, 5",
      false,
    )
    .action(act(async () => (await import("./commands/report.js")).report));
  program
    .command("frontier <sweep>")
    .description(
      "what images cost as real files written by a sweep's generators, beside distortion",
    )
    .option("--images <n>", "test images to write", wholeNumber("--images", 1), 256)
    .option("--check <n>", "files to read back and compare", wholeNumber("--check", 0), 2)
    .addOption(
      new Option("--format <name>", "of the table on stdout")
        .choices(["text", "markdown", "latex", "csv"])
        .default("text"),
    )
    .action(act(async () => (await import("./commands/frontier.js")).frontier));
  program
    .command("sync [runs...]")
    .description("send runs or sweeps to Weights & Biases; what is there already is not sent again")
    .option("--project <name>", "default: WANDB_PROJECT, or fqgan")
    .option("--entity <name>", "default: WANDB_ENTITY, or the key's")
    .option("--group <name>", "default: the sweep a run is part of")
    .action(act(async () => (await import("./commands/sync.js")).sync));
  pageCommands(program, act);
  program
    .command("doctor")
    .description("what this machine has, and what to do about what it lacks")
    .action(act(async () => (await import("./commands/doctor.js")).doctor));
  program
    .command("list [what]")
    .description("presets, quantizers, heads, metrics, datasets, runs, …")
    .action(act(async () => (await import("./commands/list.js")).list));

  program
    .command("completion <shell>")
    .description("a script that completes commands and options: bash, zsh, fish")
    .action(async (shell: string) =>
      done(await (await import("./commands/completion.js")).completion(program, shell)),
    );

  program
    .command("engine", { hidden: true })
    .command("check <name>")
    .action(act(async () => (await import("./commands/engine.js")).engineCheck));
  const stage = program.command("stage", { hidden: true });
  stage
    .command("run <folder>")
    .option("--checkpoint-every <seconds>", "", Number, 30)
    .option("--threads <n>", "", wholeNumber("--threads", 1))
    .option("--pause-at <step>", "", wholeNumber("--pause-at", 1))
    .action(act(async () => (await import("./commands/stage.js")).stageRun));
  return program;
}

/** Runs one command line. @returns the exit code */
export async function runProgram(
  parameters: readonly string[],
  options: ProgramOptions,
): Promise<number> {
  let code: number = EXIT.done;
  const program = createProgram(options, (given) => {
    code = given;
  });
  try {
    await program.parseAsync(parameters, { from: "user" });
    return code;
  } catch (error) {
    // commander has printed its own message; help and version are no errors
    if (error instanceof CommanderError) {
      if (error.code === "fqgan.invalidNumber") process.stderr.write(`${error.message}\n`);
      return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    return reportError(error);
  }
}
