import { stageProcess } from "@fqgan/experiment";
import type { Globals } from "../program.js";

/** The process of one stage, forked by an executor or started by hand. */
export function stageRun(
  _globals: Globals,
  folder: string,
  options: {
    readonly checkpointEvery: number;
    readonly threads?: number;
    readonly pauseAt?: number;
  },
): Promise<number> {
  const { checkpointEvery, threads, pauseAt } = options;
  return stageProcess(folder, {
    checkpointEveryMs: 1000 * checkpointEvery,
    ...(pauseAt !== undefined && { pauseAtStep: pauseAt }),
    ...(threads !== undefined && { engine: { threads } }),
  });
}
