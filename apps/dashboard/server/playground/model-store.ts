import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ModelSource } from "./model-source.js";

/** Raised when the same checkpoint is exported as something else. */
const FORMAT = 1;
/** Models kept; those unused for longest go first. */
const KEPT = 24;
const MANIFEST = "fqgan.json";

export const defaultModelFolder = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "fqgan", "onnx");

/** Models as ONNX files in the user's cache, exported when they are first asked for: run folders stay as they are. */
export class ModelStore {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  readonly #opening = new Map<string, Promise<string>>();
  /** Of checkpoints that were hashed before, by their places, sizes and times. */
  readonly #keys = new Map<string, string>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: { readonly folder?: string; readonly log?: (line: string) => void } = {}) {
    this.#folder = options.folder ?? defaultModelFolder();
    this.#log = options.log ?? (() => undefined);
  }

  /** The folder of a model: fqgan.json and the files that it lists. One export at a time. */
  async open(source: ModelSource): Promise<string> {
    const key = await this.#keyOf(source);
    const folder = join(this.#folder, key);
    if (existsSync(join(folder, MANIFEST))) {
      touch(folder);
      return folder;
    }
    const running = this.#opening.get(key);
    if (running) return running;
    const exported = this.#queue.then(() => this.#export(source, folder));
    this.#queue = exported.catch(() => undefined);
    this.#opening.set(key, exported);
    exported.finally(() => this.#opening.delete(key)).catch(() => undefined);
    return exported;
  }

  async #keyOf(source: ModelSource): Promise<string> {
    const print = source.checkpoints
      .map((path) => [path, statSync(path)] as const)
      .map(([path, { size, mtimeMs }]) => `${path} ${size} ${mtimeMs}`)
      .join("\n");
    const key = this.#keys.get(print) ?? (await hashOf(source));
    this.#keys.set(print, key);
    return key;
  }

  async #export(source: ModelSource, folder: string): Promise<string> {
    const started = performance.now();
    this.#log(`writing ${source.id} as ONNX …`);
    const exported = await source.export();
    const { writeExported } = await import("@fqgan/onnx/export");
    // Another process may have been faster.
    if (!existsSync(folder)) writeExported(folder, exported);
    const seconds = (performance.now() - started) / 1000;
    this.#log(`${source.id}: ${exported.files.size} ONNX files in ${seconds.toFixed(1)} s`);
    this.#forget();
    return folder;
  }

  /** Removes what has not been used for longest. */
  #forget(): void {
    const usedMs = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const byUse = readdirSync(this.#folder)
      .map((name) => join(this.#folder, name))
      .sort((a, b) => usedMs(b) - usedMs(a));
    for (const path of byUse.slice(KEPT)) rmSync(path, { recursive: true, force: true });
  }
}

function touch(folder: string): void {
  const now = new Date();
  utimesSync(folder, now, now);
}

/** SHA-256 of the checkpoints' bytes. */
async function hashOf({ checkpoints, kind }: ModelSource): Promise<string> {
  const hash = createHash("sha256").update(`${FORMAT} ${kind}`);
  for (const path of checkpoints)
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex").slice(0, 32);
}

/** Names of a stored model's files, the manifest first. */
export function modelFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name !== MANIFEST);
  return [MANIFEST, ...names.sort()];
}
