import { resolve } from "node:path";
import { listBatches } from "./batches.js";
import { slurmQueue, taskKey } from "./queue.js";

/** Takes tasks that have not begun out of Slurm's queue. @returns how many; 0 where there is no Slurm */
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
      return ids.includes(id) && state?.where === "waiting" ? [i + 1] : [];
    });
    if (waiting.length === 0) continue;
    await queue.cancel(batch.job, waiting);
    cancelled += waiting.length;
  }
  return cancelled;
}
