/**
 * `npm run benchmark -- gpu [--size mini|medium|full] [--batch 8] [--layers 12] [--tasks train,encode,decode,sample]
 * [--python python3]`: training, encoding, decoding and sampling on every engine of this machine that
 * computes on a GPU, beside PyTorch on the same GPU where that Python has it. The first subject is
 * the one that `--engine gpu` takes.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type EngineDescription, engines } from "@fqgan/tensor";
import { alternate, type Subject } from "./harness/alternate.js";
import { type Benchmark, nodeSubject, option } from "./harness/benchmark.js";
import { fullFqgan, mediumFqgan, miniFqgan } from "./models/fqgan.js";

const models = { mini: miniFqgan, medium: mediumFqgan, full: fullFqgan };
const size = option("size", "medium") as keyof typeof models;
const batch = option("batch", "8");
const layers = option("layers", "12");
const python = option("python", "python3");
const config = models[size]();
const json = JSON.stringify(config);
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What a command prints; undefined where it fails. */
function answer(program: string, ...parameters: string[]): string | undefined {
  try {
    return execFileSync(program, parameters, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined;
  }
}

/** The engines on a GPU that start here, by name. */
function startingEngines(): Map<string, EngineDescription> {
  const found = new Map<string, EngineDescription>();
  for (const { name } of engines.filter(({ gpu }) => gpu)) {
    const [program, ...parameters] = nodeSubject("", "../packages/cli/src/main.ts").command;
    const text = answer(program, ...parameters, "engine", "check", name);
    const { description, missing } = JSON.parse(text?.trim().split("\n").at(-1) || "{}");
    if (description) found.set(name, description);
    else console.error(`left out: ${missing ?? `engine ${name}: its start failed`}`);
  }
  return found;
}

const found = startingEngines();
const torch = answer(python, "-c", "import torch; print(torch.cuda.get_device_name(0))")?.trim();
const device =
  torch ??
  answer("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")?.trim() ??
  [...found.values()].find((each) => each.device)?.device;
if (found.size === 0)
  throw new Error(
    "gpu: expected an engine on a GPU that starts here, found none; docs/gpu.md says what each needs",
  );

/** The same work on each engine, on the processor, and in PyTorch. */
const subjects = (script: string, parameters: string[], twin: string, twinParameters: string[]) => {
  const on = (name: string, engine: string): Subject => {
    const { command } = nodeSubject(name, script, ...parameters);
    return { name, command: ["env", `FQGAN_ENGINE=${engine}`, ...command] };
  };
  return [
    ...[...found.keys()].map((name) => on(name, name)),
    on("onnx (processor)", "onnx"),
    ...(torch
      ? [
          {
            name: "PyTorch",
            command: [
              "env",
              "TORCH_DEVICE=cuda",
              python,
              path(`pytorch/${twin}`),
              ...twinParameters,
            ],
          } as const,
        ]
      : []),
  ];
};

const run = (task: string) =>
  subjects("subjects/fqgan.ts", [task, json, batch, "frozen"], "run_fqgan.py", [task, json, batch]);
const sampling = [batch, "8", layers];
const tasks: Readonly<Record<string, () => Subject[]>> = {
  train: () =>
    subjects("subjects/fqgan.ts", ["train", json, batch], "train_fqgan.py", [json, batch]),
  encode: () => run("encode"),
  decode: () => run("decode"),
  sample: () =>
    subjects("subjects/far.ts", ["float32", ...sampling], "decode_far.py", [
      "float32",
      ...sampling,
    ]),
};
const titles: Readonly<Record<string, string>> = {
  train: `Train step of FQGAN-Dual ${size}, ${config.image.size}×${config.image.size}, batch ${batch}`,
  encode: `Encode with FQGAN-Dual ${size}, batch ${batch}, weights frozen`,
  decode: `Decode with FQGAN-Dual ${size}, batch ${batch}, weights frozen`,
  sample: `8 positions of FAR of ${layers} layers with guidance, ${batch} images at once`,
};

/** One step of each alone: a subject that can't do the work is left out instead of ending the others. */
async function working(task: string): Promise<Subject[]> {
  const able: Subject[] = [];
  for (const subject of tasks[task]!())
    try {
      await alternate([subject], { rounds: 1, warmUp: 0, onRound() {} });
      able.push(subject);
    } catch (error) {
      console.error(`left out of ${task}: ${(error as Error).message}`);
    }
  return able;
}

export const benchmarks: Benchmark[] = [];
for (const task of option("tasks", "train,encode,decode,sample").split(",")) {
  const able = await working(task);
  if (able.length === 0) continue;
  benchmarks.push({
    title: `${titles[task]}, on ${device ?? "an unknown GPU"}`,
    subjects: able,
    rounds: 10,
    warmUp: 3,
  });
}
