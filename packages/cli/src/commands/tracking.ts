import { basename } from "node:path";
import { type Tracker, wandbTracker } from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import { wandbMode, wandbSettings } from "@fqgan/tracking";

/** Runs go into this project when nobody names one. */
const PROJECT = "fqgan";

/** Where runs are sent: WANDB_PROJECT and WANDB_ENTITY, or what a command was told. */
export function trackingTarget(given: { project?: string; entity?: string }) {
  const settings = wandbSettings();
  return {
    settings,
    as: {
      project: given.project ?? settings.project ?? PROJECT,
      entity: given.entity ?? settings.entity,
    },
  };
}

/** A tracker for runs that are about to start; undefined when none is asked for, or WANDB_MODE says not now. */
export function startTracker(
  name: string | undefined,
  { group, onTrouble }: { group: string | undefined; onTrouble: (message: string) => void },
): Tracker | undefined {
  if (name === undefined) return undefined;
  if (name !== "wandb")
    throw new UserError(`--track: expected wandb, got "${name}"; leave it out to track nothing`);
  // Offline needs nothing: the run folder has everything, `fqgan sync` sends it later.
  if (wandbMode() !== "online") return undefined;
  const { settings, as } = trackingTarget({});
  const told = new Set<string>();
  return wandbTracker({
    settings,
    as: { ...as, group },
    onTrouble(folder, { message }) {
      // Said once for each trouble, not at every try.
      if (told.has(message)) return;
      told.add(message);
      onTrouble(`${basename(folder)}: ${message}`);
    },
  });
}
