import type { z } from "zod";
import type { ProgressReport, RunConfig, StageKind, Summary } from "../schema/run-format.js";
import type { RunFolder } from "../store/run-folder.js";

/** What a stage works with. */
export interface StageContext<Config> {
  readonly run: RunFolder;
  readonly config: Config;
  readonly seed: number;
  /** The folder of an input's finished run. */
  input(role: string): { readonly folder: string; readonly config: RunConfig };
  /** Aborted when the stage should write a checkpoint and end. */
  readonly signal: AbortSignal;
  readonly checkpointEveryMs: number;
  /** Train up to this step only, save and end. */
  readonly pauseAtStep?: number;
  /** Says where the stage is; cheap to call. */
  progress(progress: ProgressReport): void;
  /** Something a person should see now and find in events.jsonl later, with whatever else it holds. */
  warn(warning: { code: string; message: string; step?: number; [detail: string]: unknown }): void;
}

/** A kind of work that fills a run folder. */
export interface StageDefinition<Schema extends z.ZodType = z.ZodType> {
  readonly kind: StageKind;
  /** Raised when the same config starts to give other results; part of every run's id. */
  readonly revision: number;
  readonly schema: Schema;
  /** A few words for the id, from the config alone. */
  describe(config: z.output<Schema>): string;
  /** Names in the config whose order matters (codebooks), for the id. */
  order?(config: z.output<Schema>): readonly string[];
  /** The final numbers, or "stopped" when the signal ended it first. */
  run(context: StageContext<z.output<Schema>>): Promise<Summary | "stopped">;
}

export const defineStage = <Schema extends z.ZodType>(
  definition: StageDefinition<Schema>,
): StageDefinition<Schema> => definition;
