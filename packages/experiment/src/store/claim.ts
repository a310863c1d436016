import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import { type Claim, claimSchema } from "../schema/run-format.js";
import { writeFileAtomic } from "./atomic-file.js";
import { diskError } from "./disk-error.js";

/** How often a living claim is touched, and after how long without a touch another host may take it. */
const HEARTBEAT_MS = 10_000;
const STALE_MS = 120_000;
/** A take-over lasts a moment; one this old was abandoned. */
const TAKEOVER_MS = 30_000;

/** Another process writes this folder. */
export class ClaimedError extends UserError {}

/** When a process started, in clock ticks since boot (Linux); null where that can't be known. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22, counted after the command name, which may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function processIsAlive(claim: Claim): boolean {
  try {
    process.kill(claim.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const start = processStart(claim.pid);
  return start === null || claim.processStart === null || start === claim.processStart;
}

/** The claim on a folder and whether its process still works; undefined when there is none. */
export function readClaim(folder: string): { claim: Claim; alive: boolean } | undefined {
  const path = join(folder, "claim");
  const touchedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (touchedMs === undefined) return undefined;
  const recent = Date.now() - touchedMs < STALE_MS;
  let claim: Claim;
  try {
    claim = claimSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    // Created whole, so an unreadable one is what a power cut left of it.
    return { claim: UNREADABLE, alive: false };
  }
  return { claim, alive: claim.host === hostname() ? processIsAlive(claim) : recent };
}

const UNREADABLE: Claim = { pid: 0, host: "", startedAt: "", token: "", processStart: null };

/** Creates `path` with its content, or returns false when it exists: both in one step. */
function createExclusively(path: string, content: string): boolean {
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(temporary, content);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw diskError(error, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Removes the claim of a dead process. Only one process at a time may try, or two could both win. */
function removeStale(folder: string, stale: Claim): void {
  const mutex = join(folder, "claim.takeover");
  if (!createExclusively(mutex, `${process.pid}\n`)) {
    const since = statSync(mutex, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > TAKEOVER_MS) rmSync(mutex, { force: true });
    return;
  }
  try {
    if (readClaim(folder)?.claim.token === stale.token)
      rmSync(join(folder, "claim"), { force: true });
  } finally {
    rmSync(mutex, { force: true });
  }
}

/** A held claim: touched regularly until released. */
export interface HeldClaim {
  /** Says that this process is about to release it, so that a successor waits. */
  markStopping(): void;
  release(): void;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Makes this process the one writer of a run folder. A dead process's claim is taken over; a process
 * that is stopping is waited for; a working one is a ClaimedError.
 */
export async function claimFolder(folder: string, waitMs = 30_000): Promise<HeldClaim> {
  const path = join(folder, "claim");
  const token = randomBytes(8).toString("hex");
  const mine: Claim = {
    pid: process.pid,
    host: hostname(),
    startedAt: new Date().toISOString(),
    token,
    processStart: processStart(process.pid),
  };
  const deadline = Date.now() + waitMs;
  while (!createExclusively(path, `${JSON.stringify(mine)}\n`)) {
    const held = readClaim(folder);
    if (held && !held.alive) removeStale(folder, held.claim);
    else if (held && !(held.claim.stopping && Date.now() < deadline)) {
      const { pid, host, startedAt } = held.claim;
      throw new ClaimedError(
        `${folder}: expected to be its only writer, process ${pid} on ${host} has claimed it since ` +
          `${startedAt}; wait for it, or stop it and run the same command again`,
      );
    }
    await pause(50);
  }
  const isMine = () => readClaim(folder)?.claim.token === token;
  const heartbeat = setInterval(() => {
    try {
      if (isMine()) utimesSync(path, new Date(), new Date());
    } catch {
      // The folder may have been removed under us; the next write says so.
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    markStopping() {
      if (isMine())
        writeFileAtomic(path, `${JSON.stringify({ ...mine, stopping: true })}\n`, {
          durable: false,
        });
    },
    release() {
      clearInterval(heartbeat);
      if (isMine()) rmSync(path, { force: true });
    },
  };
}
