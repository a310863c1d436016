import { writeSweepRecord } from "../store/sweep-store.js";
import type { SweepPlan } from "./plan.js";
import { type RunStagesOptions, runStages, type SweepOutcome } from "./run-stages.js";

/** Records a sweep and runs it. */
export function runSweep(
  options: Omit<RunStagesOptions, "stages"> & { readonly plan: SweepPlan },
): Promise<SweepOutcome> {
  const { plan, ...rest } = options;
  writeSweepRecord(options.runsFolder, plan.record);
  return runStages({ ...rest, stages: plan.stages });
}
