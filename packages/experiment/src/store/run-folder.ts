import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FileBytes } from "@fqgan/tensor";
import {
  encodeScalar,
  failureSchema,
  type MediaRow,
  type ProgressReport,
  RUN_FORMAT,
  type RunConfig,
  type RunEvent,
  type Summary,
  type UsageRow,
} from "../schema/run-format.js";
import { writeFileAtomic, writeJsonAtomic } from "./atomic-file.js";
import { claimFolder, type HeldClaim } from "./claim.js";
import { JsonlWriter, truncateAfterStep } from "./jsonl.js";
import { readRunConfig } from "./read-run.js";

/** A picture to keep: PNG bytes and what they show. */
export interface MediaItem {
  readonly step: number;
  readonly kind: string;
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
  readonly codebook?: string;
  readonly items?: readonly string[];
  /** File name inside media/, without its ending. */
  readonly name: string;
  readonly png: Uint8Array;
}

/** Creates `<runs>/<id>/config.json` if it is not there. Safe with several creators at once. */
export function createRunFolder(runsFolder: string, config: RunConfig): string {
  const folder = join(runsFolder, config.id);
  mkdirSync(join(folder, "media"), { recursive: true });
  mkdirSync(join(folder, "checkpoints"), { recursive: true });
  const path = join(folder, "config.json");
  if (!existsSync(path)) writeJsonAtomic(path, config);
  return folder;
}

/** The one writer of a run folder, from claim to release. */
export class RunFolder {
  private readonly metrics: JsonlWriter;
  private readonly events: JsonlWriter;
  private readonly media: JsonlWriter;
  private readonly usage: JsonlWriter;
  private readonly openedAt = Date.now();
  private elapsedBeforeMs = 0;

  private constructor(
    readonly path: string,
    readonly config: RunConfig,
    private readonly claim: HeldClaim,
  ) {
    this.metrics = new JsonlWriter(join(path, "metrics.jsonl"));
    this.events = new JsonlWriter(join(path, "events.jsonl"));
    this.media = new JsonlWriter(join(path, "media.jsonl"));
    this.usage = new JsonlWriter(join(path, "usage.jsonl"));
  }

  /** Claims the folder; refused while another process works on it. */
  static async open(path: string): Promise<RunFolder> {
    const config = readRunConfig(path);
    const claim = await claimFolder(path);
    try {
      return new RunFolder(path, config, claim);
    } catch (error) {
      claim.release();
      throw error;
    }
  }

  /** Milliseconds of work in this run, all its processes together. */
  get elapsedMs(): number {
    return this.elapsedBeforeMs + Date.now() - this.openedAt;
  }

  /** Goes on from a checkpoint: what was recorded after it will be recorded again. */
  rewind({ step, elapsedMs }: { step: number; elapsedMs: number }): void {
    for (const name of ["metrics.jsonl", "media.jsonl", "usage.jsonl"])
      truncateAfterStep(join(this.path, name), step);
    this.elapsedBeforeMs = elapsedMs;
  }

  logMetrics(step: number, scalars: Readonly<Record<string, number>>): void {
    const encoded = Object.entries(scalars).map(([name, value]) => [name, encodeScalar(value)]);
    this.metrics.append({
      step,
      time: Date.now(),
      elapsedMs: this.elapsedMs,
      ...Object.fromEntries(encoded),
    });
  }

  logEvent(event: Omit<RunEvent, "time"> & Pick<RunEvent, "type" | "message">): void {
    this.events.append({ time: Date.now(), ...event });
  }

  logMedia({ name, png, ...row }: MediaItem): void {
    const file = `media/${name}.png`;
    writeFileAtomic(join(this.path, file), png, { durable: false });
    const indexed: Omit<MediaItem, "name" | "png"> & Pick<MediaRow, "time" | "file"> = {
      ...row,
      time: Date.now(),
      file,
    };
    this.media.append(indexed);
  }

  logUsage(row: Omit<UsageRow, "time">): void {
    this.usage.append({ ...row, time: Date.now() });
  }

  /** Disposable: whoever watches reads it; losing one does no harm. */
  writeProgress(progress: ProgressReport): void {
    const content = JSON.stringify({ time: Date.now(), ...progress });
    try {
      writeFileAtomic(join(this.path, "progress.json"), content, { durable: false });
    } catch {
      // A full disk is reported by what matters: the next row or checkpoint.
    }
  }

  /** Makes the rows written so far durable, then replaces a checkpoint in one step. */
  writeCheckpoint(name: string, bytes: FileBytes): string {
    for (const file of [this.metrics, this.media, this.usage]) file.sync();
    const path = join(this.path, "checkpoints", `${name}.safetensors`);
    writeFileAtomic(path, bytes);
    return path;
  }

  writeSummary({ metrics, protocols }: Summary): void {
    const encoded = Object.entries(metrics).map(([name, value]) => [name, encodeScalar(value)]);
    writeJsonAtomic(join(this.path, "summary.json"), {
      format: RUN_FORMAT,
      metrics: Object.fromEntries(encoded),
      protocols,
    });
  }

  markDone(): void {
    writeJsonAtomic(join(this.path, "done"), { time: Date.now(), elapsedMs: this.elapsedMs });
    rmSync(join(this.path, "failed"), { force: true });
    rmSync(join(this.path, "progress.json"), { force: true });
  }

  markFailed({ reason, message }: { reason: string; message: string }): void {
    markRunFailed(this.path, { reason, message });
  }

  markStopping(): void {
    this.claim.markStopping();
  }

  /** Closes the files and gives the claim back. */
  close(): void {
    for (const file of [this.metrics, this.events, this.media, this.usage]) file.close();
    this.claim.release();
  }
}

/** Writes the `failed` marker; also for a process that can't any more (its parent saw it die). */
export function markRunFailed(
  path: string,
  { reason, message }: { reason: string; message: string },
): void {
  const marker = join(path, "failed");
  let attempts = 0;
  try {
    attempts = failureSchema.parse(JSON.parse(readFileSync(marker, "utf8"))).attempts;
  } catch {
    // No earlier failure.
  }
  writeJsonAtomic(marker, { time: Date.now(), reason, message, attempts: attempts + 1 });
}
