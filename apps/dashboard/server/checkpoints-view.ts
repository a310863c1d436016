import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { readRunConfig } from "@fqgan/experiment";
import * as z from "zod";
import type { CheckpointItem } from "./api-types.js";
import { pathBelow } from "./path-below.js";

const FOLDER = "checkpoints";
const ENDING = ".safetensors";

/** A run's checkpoint files: what their headers say, without reading their weights. */
export function viewCheckpoints(folder: string): CheckpointItem[] {
  const checkpoints = pathBelow(folder, FOLDER);
  if (!checkpoints) return [];
  const files = readdirSync(checkpoints).filter((file) => checkpointPath(folder, file));
  const last = lastStep(folder);
  return files.sort().map((file) => {
    const item = viewCheckpoint(join(checkpoints, file), file);
    // A finished model does not say its step: it is the last one.
    return item.problem === undefined && item.step === undefined && last !== undefined
      ? { ...item, step: last }
      : item;
  });
}

/** Steps of a whole training, where the run is one. */
function lastStep(folder: string): number | undefined {
  const { train } = readRunConfig(folder).config as { train?: { steps?: number } };
  return train?.steps;
}

/** The path of one of a run's checkpoints; undefined where there is no such file in its folder. */
export function checkpointPath(folder: string, file: string): string | undefined {
  // A name that begins with a dot is a checkpoint on its way.
  if (!file.endsWith(ENDING) || file.startsWith(".")) return undefined;
  const path = pathBelow(folder, FOLDER, file);
  return path && statSync(path).isFile() ? path : undefined;
}

function viewCheckpoint(path: string, file: string): CheckpointItem {
  const { size, mtimeMs } = statSync(path);
  const item = { file, path, bytes: size, modifiedMs: mtimeMs };
  try {
    const { kind, step } = readMetadata(path, size);
    return {
      ...item,
      ...(kind !== undefined && { kind }),
      ...(step !== undefined && { step }),
    };
  } catch {
    return { ...item, problem: "not a whole safetensors file: was it copied completely?" };
  }
}

/** Length of the header, before it. */
const LENGTH_BYTES = 8;
/** No checkpoint has a longer one. */
const MOST_HEADER_BYTES = 1 << 26;

const headerSchema = z.object({
  __metadata__: z
    .object({ kind: z.string().optional(), step: z.coerce.number().optional() })
    .optional(),
});

/** What a safetensors file says of itself; an error where its header can't be read. */
function readMetadata(path: string, size: number): { kind?: string; step?: number } {
  const descriptor = openSync(path, "r");
  try {
    const start = Buffer.alloc(LENGTH_BYTES);
    readSync(descriptor, start, 0, LENGTH_BYTES, 0);
    const length = Number(start.readBigUInt64LE());
    if (length > Math.min(size - LENGTH_BYTES, MOST_HEADER_BYTES)) throw new Error("cut off");
    const json = Buffer.alloc(length);
    readSync(descriptor, json, 0, length, LENGTH_BYTES);
    const { kind, step } = headerSchema.parse(JSON.parse(json.toString("utf8"))).__metadata__ ?? {};
    return { ...(kind !== undefined && { kind }), ...(step !== undefined && { step }) };
  } finally {
    closeSync(descriptor);
  }
}

/** SHA-256 of files, each computed once until it changes, one file at a time. */
export class FileHashes {
  private readonly known = new Map<string, Promise<string>>();
  private queue: Promise<unknown> = Promise.resolve();

  of(path: string): Promise<string> {
    const { size, mtimeMs } = statSync(path);
    const key = `${path} ${size} ${mtimeMs}`;
    const known = this.known.get(key);
    if (known) return known;
    const hash = this.queue.then(() => sha256(path));
    this.queue = hash.catch(() => undefined);
    this.known.set(key, hash);
    hash.catch(() => this.known.delete(key));
    return hash;
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path)) hash.update(part as Buffer);
  return hash.digest("hex");
}
