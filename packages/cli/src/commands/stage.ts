import { stageProcess } from "@fqgan/experiment";
import type { Globals } from "../program.js";

/** The process of one stage, forked by an executor or started by hand. */
export function stageRun(
  _globals: Globals,
  folder: string,
  options: { readonly checkpointEvery: number; readonly threads?: number },
): Promise<number> {
  const { checkpointEvery, threads } = options;
  return stageProcess(folder, {
    checkpointEveryMs: 1000 * checkpointEvery,
    ...(threads !== undefined && { engine: { threads } }),
  });
}
