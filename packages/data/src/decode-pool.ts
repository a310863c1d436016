import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { AlphaRule, OrientationRule } from "@fqgan/image";
import type { View } from "./dataset.js";

export interface DecodeJob {
  readonly paths: readonly string[];
  /** S, the side of the squares. */
  readonly size: number;
  readonly alpha: AlphaRule;
  readonly orientation: OrientationRule;
  /** One for each path; default: the centre crop. */
  readonly views?: readonly View[];
}

export interface DecodeRequest extends DecodeJob {
  readonly id: number;
}

export interface Decoded {
  /** [n, S, S, 3] uint8; zeros where a file could not be read */
  readonly pixels: Uint8Array;
  /** Files that could not be read, by position in `paths`. */
  readonly failures: readonly { readonly position: number; readonly reason: string }[];
}

export interface DecodeReply extends Decoded {
  readonly id: number;
}

interface Waiting {
  readonly worker: Worker;
  readonly resolve: (reply: Decoded) => void;
  readonly reject: (error: Error) => void;
}

/** A worker from the built file, or from its TypeScript source when this module is one. */
function startWorker(): Worker {
  if (!import.meta.url.endsWith(".ts"))
    return new Worker(new URL("./decode-worker.js", import.meta.url));
  return new Worker(new URL("./source-worker.mjs", import.meta.url), {
    execArgv: ["--conditions=@fqgan/source"],
    workerData: { module: new URL("./decode-worker.ts", import.meta.url).href },
  });
}

/**
 * Threads that decode image files, so that the next batch is prepared while a training step keeps the
 * main thread busy. They start with the first job and don't keep the process alive between jobs.
 */
export class DecodePool {
  readonly #threads: number;
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;

  constructor(threads: number = Math.min(4, Math.max(1, availableParallelism() - 1))) {
    this.#threads = threads;
  }

  get threads(): number {
    return this.#threads;
  }

  decode(job: DecodeJob): Promise<Decoded> {
    const id = this.#next++;
    const worker = this.#workerFor(id);
    return new Promise<Decoded>((resolve, reject) => {
      this.#waiting.set(id, { worker, resolve, reject });
      worker.ref();
      worker.postMessage({ id, ...job } satisfies DecodeRequest);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
  }

  #workerFor(id: number): Worker {
    const known = this.#workers[id % this.#threads];
    if (known) return known;
    const worker = startWorker();
    worker.unref();
    worker.on("message", ({ id: answered, ...reply }: DecodeReply) => {
      this.#waiting.get(answered)?.resolve(reply);
      this.#settle(answered, worker);
    });
    worker.on("error", (error) => this.#fail(worker, error));
    worker.on("exit", () => this.#fail(worker, new Error("decoding threads were closed")));
    this.#workers.push(worker);
    return worker;
  }

  #settle(id: number, worker: Worker): void {
    this.#waiting.delete(id);
    const isBusy = [...this.#waiting.values()].some((waiting) => waiting.worker === worker);
    if (!isBusy) worker.unref();
  }

  /** A thread that ended: its jobs fail, a later job starts a new one. */
  #fail(worker: Worker, error: unknown): void {
    const position = this.#workers.indexOf(worker);
    if (position >= 0) this.#workers.splice(position, 1);
    for (const [id, waiting] of this.#waiting)
      if (waiting.worker === worker) {
        waiting.reject(error instanceof Error ? error : new Error(String(error)));
        this.#waiting.delete(id);
      }
  }
}
