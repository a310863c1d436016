import { defineRegistry, type Strategy, type StrategyConfig } from "@fqgan/registry";
import { parse } from "yaml";
import * as z from "zod";
import type { PastRuns } from "../sweep/past-runs.js";
import type { Executor } from "./executor.js";
import { localProcesses } from "./local-processes.js";
import { slurmOptions, slurmSchema } from "./slurm/options.js";
import { slurmArrays } from "./slurm/slurm-arrays.js";

/** What every executor is given besides its own options. */
export interface ExecutorSetting {
  /** The command line's entry file; it understands `stage run <folder>`. */
  readonly entry: string;
  readonly checkpointEveryMs: number;
  /** Threads of one stage, if a person said how many. */
  readonly threads?: number;
  /** What earlier runs have needed. */
  readonly past: PastRuns;
}

/** A place to run stages, by name. */
export interface ExecutorStrategy extends Strategy {
  create(config: StrategyConfig, setting: ExecutorSetting): Executor;
}

const local: ExecutorStrategy = {
  name: "local",
  summary: "processes of this machine, as many as fit into its memory",
  options: {
    parallel: z.int().positive().default(1).describe("stages at once"),
    memoryGb: z
      .number()
      .positive()
      .optional()
      .describe("memory that all stages together may use; by default nine tenths of the machine's"),
  },
  create: ({ parallel, memoryGb }, { past, ...setting }) =>
    localProcesses({
      ...setting,
      parallel: parallel as number,
      memoryOf: (stage) => past.memoryBytes(stage),
      ...(memoryGb !== undefined && { memoryBytes: 1e9 * (memoryGb as number) }),
    }),
};

const slurm: ExecutorStrategy = {
  name: "slurm",
  summary: "job arrays of a Slurm cluster; they go on when you log out",
  reference: "https://slurm.schedmd.com/job_array.html",
  options: slurmOptions,
  create: ({ name: _, ...options }, { entry, checkpointEveryMs }) =>
    slurmArrays({
      command: [
        process.execPath,
        ...process.execArgv,
        entry,
        "stage",
        "run",
        "--checkpoint-every",
        String(checkpointEveryMs / 1000),
      ],
      options: slurmSchema.parse(options),
    }),
};

/** Executors by name. */
export const executors = defineRegistry<ExecutorStrategy>("executor", [local, slurm]);

/** An executor as a command line names it: a name, or its config as YAML. */
export function parseExecutor(text: string): StrategyConfig {
  const given: unknown = parse(text);
  const config = typeof given === "string" ? { name: given } : (given as StrategyConfig);
  return executors.parse(config, "--executor").config;
}
