import { join, resolve } from "node:path";
import { readRunStatus } from "../../store/read-run.js";
import { listBatches } from "./batches.js";
import { slurmQueue, taskKey } from "./queue.js";

/**
 * Takes tasks out of Slurm's queue whose stages have not begun, or not so far that they could be asked to
 * stop. @returns how many; 0 where there is no Slurm
 */
export async function cancelWaitingTasks(
  runsFolder: string,
  ids: readonly string[],
): Promise<number> {
  const batches = listBatches(resolve(runsFolder));
  if (batches.length === 0) return 0;
  const queue = slurmQueue();
  const tasks = await queue.tasks();
  if (!tasks) return 0;
  let cancelled = 0;
  for (const batch of batches) {
    const waiting = batch.ids.flatMap((id, i) => {
      const state = tasks.get(taskKey(batch.job, i + 1));
      const hasBegun = readRunStatus(join(resolve(runsFolder), id)) === "running";
      return ids.includes(id) && state && state.where !== "ended" && !hasBegun ? [i + 1] : [];
    });
    if (waiting.length === 0) continue;
    await queue.cancel(batch.job, waiting);
    cancelled += waiting.length;
  }
  return cancelled;
}
