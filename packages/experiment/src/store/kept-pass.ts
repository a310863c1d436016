import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeNpz, type Gathering, type MetricState, openNpz } from "@fqgan/metrics";
import { writeFileAtomic } from "./atomic-file.js";
import { cacheFolder } from "./cache-folder.js";
import { canonicalJson } from "./identity.js";

/** Raised when what is kept means something else. */
const FORMAT = 1;
/** Between two writes. */
const EVERY_MS = 120_000;
/** Writing takes at most this share of the time. */
const SHARE = 0.05;

/** Left out of the numbers, by name. */
export interface Rejected {
  readonly name: string;
  readonly reason: string;
}

/** How far a pass over one or two sources is. */
export interface Position {
  /** Rows read of each side, whether they could be used or not. */
  readonly read: { real: number; fake: number };
  /** Images of each side that count; where there are pairs, `real` counts them. */
  readonly counted: { real: number; fake: number };
  readonly rejected: Rejected[];
  /** Seconds spent before this process. */
  readonly seconds: number;
}

/** Where and how often a pass over images is kept, so that it can go on where it was stopped. */
export interface KeepOptions {
  /** Default: fqgan in the user's cache folder. */
  readonly folder?: string;
  /** Between two writes; default 2 minutes, and less often where writing is slow. 0: after every batch. */
  readonly everyMs?: number;
  /** What was measured before, and the file that says so. */
  readonly onResume?: (position: Position, file: string) => void;
}

/**
 * A long pass over images whose statistics are written now and then, so that the same pass goes on from
 * there after it was stopped, in whatever way.
 */
export class KeptPass {
  readonly #start = performance.now();
  #writtenMs = performance.now();
  #everyMs: number;

  private constructor(
    private readonly file: string | undefined,
    private readonly gathering: Gathering,
    readonly position: Position,
    everyMs: number,
  ) {
    this.#everyMs = everyMs;
  }

  /**
   * @param what everything that the statistics depend on: another pass is never taken for this one
   * @param keep undefined: nothing is kept
   */
  static async open(
    what: unknown,
    gathering: Gathering,
    keep: KeepOptions | undefined,
  ): Promise<KeptPass> {
    const { folder = cacheFolder("evaluations"), everyMs = EVERY_MS, onResume } = keep ?? {};
    const digest = createHash("sha256")
      .update(canonicalJson([FORMAT, what]))
      .digest("hex");
    const file = keep && join(folder, `${digest.slice(0, 32)}.npz`);
    const kept = file === undefined ? undefined : await read(file);
    if (!kept) {
      const none = () => ({ real: 0, fake: 0 });
      const position = { read: none(), counted: none(), rejected: [], seconds: 0 };
      return new KeptPass(file, gathering, position, everyMs);
    }
    gathering.merge(kept.state);
    onResume?.(kept.position, file!);
    return new KeptPass(file, gathering, kept.position, everyMs);
  }

  /** In all processes together. */
  get seconds(): number {
    return this.position.seconds + (performance.now() - this.#start) / 1000;
  }

  /** After a batch: writes where it is time to. */
  offer(): void {
    if (performance.now() - this.#writtenMs >= this.#everyMs) this.#write();
  }

  /** After the last batch: what took long is kept until it is forgotten. */
  finish(): void {
    if (1000 * this.seconds >= this.#everyMs) this.#write();
  }

  #write(): void {
    if (this.file === undefined) return;
    const now = performance.now();
    const header = JSON.stringify({ ...this.position, seconds: this.seconds });
    const data = new TextEncoder().encode(header);
    try {
      const state = { ...this.gathering.state(), [HEADER]: { shape: [data.length], data } };
      mkdirSync(dirname(this.file), { recursive: true });
      writeFileAtomic(this.file, encodeNpz(state), { durable: false });
    } catch {
      // No space, a folder that can't be written to, more than an .npz holds: it would be measured again.
    }
    this.#writtenMs = performance.now();
    if (this.#everyMs > 0) this.#everyMs = Math.max(this.#everyMs, (this.#writtenMs - now) / SHARE);
  }

  /** When someone has made use of the numbers. */
  forget(): void {
    if (this.file === undefined) return;
    try {
      rmSync(this.file, { force: true });
      rmdirSync(dirname(this.file));
    } catch {
      // Not ours to remove, or other passes beside it.
    }
  }
}

/** Name of the array that holds the position as JSON. */
const HEADER = "position";

async function read(
  file: string,
): Promise<{ readonly position: Position; readonly state: MetricState } | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    const { names, read } = await openNpz(file);
    const arrays = await Promise.all(names.map(async (name) => [name, await read(name)] as const));
    const { [HEADER]: header, ...state } = Object.fromEntries(arrays);
    const position = JSON.parse(new TextDecoder().decode(header!.data as Uint8Array)) as Position;
    return { position, state };
  } catch {
    return undefined; // damaged: measured again
  }
}
