import { execFileSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { dirname, resolve } from "node:path";
import { installedVersions } from "@fqgan/experiment";
import { startEngine } from "@fqgan/tensor";
import { wandbMode, wandbSettings } from "@fqgan/tracking";
import { EXIT } from "../exit-codes.js";
import { isInstalled } from "../installed.js";
import { formatBytes } from "../output/format.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";
import { tryEngines } from "./engine.js";

interface Finding {
  readonly what: string;
  readonly found: string;
  readonly status: "good" | "note" | "bad";
  /** What to do about it. */
  readonly remedy?: string;
}

const NODE = [20, 19] as const;
const MEMORY_BYTES = 4e9;
const DISK_BYTES = 2e9;

function checkNode(): Finding {
  const [major, minor] = process.versions.node.split(".").map(Number) as [number, number];
  const good = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  return {
    what: "node",
    found: process.version,
    status: good ? "good" : "bad",
    ...(!good && { remedy: `install Node ${NODE.join(".")} or newer` }),
  };
}

async function checkEngine(): Promise<Finding> {
  try {
    const { name, lowering, threads } = await startEngine();
    const compiled = lowering !== "none";
    return {
      what: "engine",
      found: `${name}, ${lowering}, ${threads} threads`,
      status: compiled ? "good" : "note",
      ...(!compiled && { remedy: "programs run eagerly and slowly; install onnxruntime-node" }),
    };
  } catch (error) {
    return {
      what: "engine",
      found: (error as Error).message,
      status: "bad",
      remedy: "run npm ci again; on Alpine use a glibc image",
    };
  }
}

/** The engines that not every machine has: which start, and what the others lack. */
async function checkOtherEngines(globals: Globals): Promise<Finding[]> {
  const tried = await tryEngines(globals);
  return tried.map((started): Finding => {
    const what = `engine ${started.name}`;
    if ("description" in started) {
      const { device, note } = started.description;
      const found = [device ?? "starts", ...(note ? [note] : [])].join(": ");
      return { what, found, status: note ? "note" : "good" };
    }
    const [found, ...remedy] = started.missing.replace(`${what}: `, "").split("; ");
    return {
      what,
      found: found!,
      status: "note",
      ...(remedy.length > 0 && { remedy: remedy.join("; ") }),
    };
  });
}

function checkDisk(runs: string): Finding {
  try {
    let folder = resolve(runs);
    while (!existsSync(folder)) folder = dirname(folder);
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const good = free >= DISK_BYTES;
    return {
      what: "disk",
      found: `${formatBytes(free)} free in ${runs}`,
      status: good ? "good" : "note",
      ...(!good && {
        remedy: "checkpoints of a small sweep take about 1 GB: free some, or --runs",
      }),
    };
  } catch (error) {
    return {
      what: "disk",
      found: (error as Error).message,
      status: "bad",
      remedy: "give a folder that can be written with --runs",
    };
  }
}

/** A program's answer to a question about itself; undefined where it is not installed. */
function ask(program: string, ...parameters: string[]): string | undefined {
  try {
    return execFileSync(program, parameters, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 5000,
    }).trim();
  } catch {
    return undefined;
  }
}

function checkGpu(): Finding {
  const found = ask("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader");
  return {
    what: "gpu",
    found: found?.replaceAll("\n", "; ") || "none that nvidia-smi knows",
    status: found ? "good" : "note",
    ...(!found && { remedy: "everything here runs without one; docs/gpu.md says how to use one" }),
  };
}

function checkSlurm(): Finding {
  // Without a configuration sbatch can't even say its version.
  const installed = ask("sh", "-c", "command -v sbatch") && "Slurm without a configuration";
  const version = ask("sbatch", "--version") ?? installed;
  const answers = version !== undefined && ask("sinfo", "--noheader", "--format=%T") !== undefined;
  return {
    what: "cluster",
    found: version ? `${version}${answers ? "" : ", its controller does not answer"}` : "no Slurm",
    status: answers ? "good" : "note",
    ...(!version && { remedy: "only for --executor slurm" }),
    ...(version && !answers && { remedy: "ask sinfo why, before a sweep with --executor slurm" }),
  };
}

function checkTracker(): Finding {
  try {
    const { baseUrl } = wandbSettings();
    return { what: "tracker", found: `W&B at ${baseUrl}, ${wandbMode()}`, status: "good" };
  } catch {
    return {
      what: "tracker",
      found: "no key for W&B",
      status: "note",
      remedy: "only for --track wandb and `fqgan sync`: set WANDB_API_KEY",
    };
  }
}

/** Packages that make more possible and are not needed. */
const OPTIONAL: Readonly<Record<string, string>> = {
  "emoji-datasource-google": "the data set emoji; npm install emoji-datasource-google",
  "@huggingface/transformers": "CLIP and DINOv2 as teachers; npm install @huggingface/transformers",
};

const checkOptional = (): Finding[] =>
  Object.entries(OPTIONAL).map(([what, use]) =>
    isInstalled(what)
      ? { what, found: "installed", status: "good" }
      : { what, found: "not installed", status: "note", remedy: `only for ${use}` },
  );

export async function doctor(globals: Globals): Promise<number> {
  const memory = totalmem();
  const findings: Finding[] = [
    checkNode(),
    await checkEngine(),
    {
      what: "processor",
      found: `${availableParallelism()} threads, ${cpus()[0]?.model.trim() ?? "unknown"}`,
      status: "good",
    },
    {
      what: "memory",
      found: `${formatBytes(freemem())} free of ${formatBytes(memory)}`,
      status: memory >= MEMORY_BYTES ? "good" : "note",
      ...(memory < MEMORY_BYTES && { remedy: "the ablation needs about 4 GB: lower batchSize" }),
    },
    checkDisk(globals.runs),
    checkGpu(),
    ...(await checkOtherEngines(globals)),
    checkSlurm(),
    checkTracker(),
    ...Object.entries(installedVersions())
      .filter(([name]) => name !== "node")
      .map(([what, found]): Finding => ({ what, found, status: "good" })),
    ...checkOptional(),
  ];
  if (globals.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else {
    const style = createStyle(process.stdout);
    const marks = { good: style.green("✓"), note: style.yellow("·"), bad: style.red("✗") };
    const width = Math.max(...findings.map(({ what }) => what.length));
    for (const { what, found, status, remedy } of findings)
      process.stdout.write(
        `${marks[status]} ${what.padEnd(width)}  ${found}${remedy ? style.dim(` → ${remedy}`) : ""}\n`,
      );
  }
  return findings.some(({ status }) => status === "bad") ? EXIT.failed : EXIT.done;
}
