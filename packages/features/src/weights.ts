import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decodeSafetensors, type Safetensors } from "@fqgan/tensor";

export interface Weights extends Safetensors {
  /** The first 16 hex digits of the file's SHA-256. */
  readonly hash: string;
}

/** A file of this package's `weights` folder; `src` and `dist` lie beside it. */
export function readWeights(file: string): Weights {
  const path = fileURLToPath(new URL(`../weights/${file}`, import.meta.url));
  const bytes = readFileSync(path);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return { ...decodeSafetensors(bytes, path), hash };
}
