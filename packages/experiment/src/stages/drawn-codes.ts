import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type HostTensor, loadCheckpoint, safetensorsParts } from "@fqgan/tensor";
import { writeFileAtomic } from "../store/atomic-file.js";
import { canonicalJson } from "../store/identity.js";

type Codes = Readonly<Record<string, HostTensor>>;

/**
 * Codes that a generator has drawn, on disk batch by batch until someone has made use of all of them:
 * drawing is what takes long, and goes on where it was stopped.
 */
export class DrawnCodes {
  private readonly folder: string;

  /**
   * @param run the generator's run folder
   * @param drawing everything beside the generator that its codes depend on
   */
  constructor(run: string, drawing: unknown) {
    const digest = createHash("sha256").update(canonicalJson(drawing)).digest("hex");
    this.folder = join(run, "drawn", digest.slice(0, 16));
  }

  /** The batch from an image on: from disk, or drawn and kept. */
  async batch(firstImage: number, draw: () => Promise<Codes>): Promise<Codes> {
    const file = join(this.folder, `${String(firstImage).padStart(7, "0")}.safetensors`);
    const kept = await read(file);
    if (kept) return kept;
    const codes = await draw();
    try {
      mkdirSync(this.folder, { recursive: true });
      const content = safetensorsParts({ tensors: { ...codes }, metadata: {} });
      writeFileAtomic(file, content, { durable: false });
    } catch {
      // No space, or a folder that only others may write to: it would be drawn again.
    }
    return codes;
  }

  /** When they are not needed any more. */
  forget(): void {
    try {
      rmSync(this.folder, { recursive: true, force: true });
      rmdirSync(dirname(this.folder));
    } catch {
      // Others' files, or other drawings beside these.
    }
  }
}

async function read(file: string): Promise<Codes | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return (await loadCheckpoint(file, "drawn codes")).tensors;
  } catch {
    return undefined; // damaged: drawn again
  }
}
