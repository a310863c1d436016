import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { nearest, UserError } from "@fqgan/registry";
import type { RunConfig, StageKind } from "../schema/run-format.js";
import { listRunFolders, readRunConfig, readRunStatus } from "./read-run.js";
import { listSweeps, readSweepRecord } from "./sweep-store.js";

/** A run's folder and its config. */
export interface FoundRun {
  readonly folder: string;
  readonly config: RunConfig;
}

/** The word for the newest run, which is meant without a reference, too. */
export const NEWEST = "newest";

/**
 * The finished run of a kind that a person means: a run folder, an id or a part of it that begins with a
 * word or a digit of its hash, `<sweep>/<point>`, or `newest`.
 */
export function findRun(
  runsFolder: string,
  kind: StageKind,
  reference: string | undefined,
): FoundRun {
  const finished = (folder: string) => readRunStatus(folder) === "done";
  const found = locate(runsFolder, kind, { reference, counts: finished });
  const status = readRunStatus(found.folder);
  if (status !== "done")
    throw new UserError(
      `${found.config.id}: expected a finished run, it is ${status}; run its command again to go on`,
    );
  return found;
}

/** The same, whether it is finished, running or failed. */
export function findStartedRun(
  runsFolder: string,
  kind: StageKind,
  reference: string | undefined,
): FoundRun {
  const started = (folder: string) => readRunStatus(folder) !== "waiting";
  return locate(runsFolder, kind, { reference, counts: started });
}

function locate(
  runsFolder: string,
  kind: StageKind,
  {
    reference,
    counts,
  }: { readonly reference: string | undefined; readonly counts: (folder: string) => boolean },
): FoundRun {
  const found =
    reference === undefined || reference === NEWEST
      ? newest(listRunFolders(runsFolder).filter(counts), kind)
      : (byPath(reference) ??
        bySweepPoint(runsFolder, kind, reference) ??
        byId(runsFolder, reference));
  if (!found) throw unknownRun(runsFolder, kind, reference);
  if (found.config.kind !== kind)
    throw new UserError(
      `${reference}: expected a ${kind} run, got a ${found.config.kind} run; \`fqgan list runs\` shows all`,
    );
  return found;
}

const open = (folder: string): FoundRun => ({ folder, config: readRunConfig(folder) });

const byPath = (reference: string): FoundRun | undefined =>
  existsSync(join(reference, "config.json")) ? open(resolve(reference)) : undefined;

function bySweepPoint(
  runsFolder: string,
  kind: StageKind,
  reference: string,
): FoundRun | undefined {
  const slash = reference.indexOf("/");
  const name = reference.slice(0, slash);
  if (slash < 1 || !listSweeps(runsFolder).includes(name)) return undefined;
  const wanted = reference.slice(slash + 1);
  const { points } = readSweepRecord(runsFolder, name);
  const point =
    points.find(({ slug, stages }) => slug === wanted && stages[kind]) ??
    points.find(({ slug, stages }) => slug.startsWith(wanted) && stages[kind]);
  if (!point) {
    const slugs = points.filter(({ stages }) => stages[kind]).map(({ slug }) => slug);
    const near = nearest(wanted, slugs);
    throw new UserError(
      `${reference}: sweep ${name} has no point "${wanted}" with a ${kind}; ` +
        `${near ? `did you mean "${name}/${near}"? ` : ""}known: ${slugs.join(", ") || "none"}`,
    );
  }
  return open(join(runsFolder, point.stages[kind]!));
}

function byId(runsFolder: string, reference: string): FoundRun | undefined {
  const matching = listRunFolders(runsFolder).filter((folder) => {
    const id = basename(folder);
    return id.startsWith(reference) || id.includes(`-${reference}`);
  });
  const exact = matching.find((folder) => basename(folder) === reference);
  if (!exact && matching.length > 1)
    throw new UserError(
      `${reference}: ${matching.length} runs are called that: ${matching.map((folder) => basename(folder)).join(", ")}; give more of the id`,
    );
  const folder = exact ?? matching[0];
  return folder === undefined ? undefined : open(folder);
}

function newest(folders: readonly string[], kind: StageKind): FoundRun | undefined {
  return folders
    .map(open)
    .filter(({ config }) => config.kind === kind)
    .sort((a, b) => b.config.createdAt.localeCompare(a.config.createdAt))[0];
}

function unknownRun(runsFolder: string, kind: StageKind, reference: string | undefined): UserError {
  const how =
    kind === "tokenizer"
      ? "`fqgan train tokenizer` makes one in minutes"
      : "`fqgan train generator` makes one from a tokenizer";
  if (reference === undefined || reference === NEWEST)
    return new UserError(`${runsFolder}: no finished ${kind} run there yet; ${how}`);
  const names = [
    ...listRunFolders(runsFolder).map((folder) => basename(folder)),
    ...listSweeps(runsFolder).flatMap((sweep) =>
      readSweepRecord(runsFolder, sweep).points.map(({ slug }) => `${sweep}/${slug}`),
    ),
  ];
  const near = nearest(reference, names);
  return new UserError(
    `${reference}: no such run in ${runsFolder}; ${near ? `did you mean "${near}"? ` : ""}` +
      "`fqgan list runs` shows what there is",
  );
}
