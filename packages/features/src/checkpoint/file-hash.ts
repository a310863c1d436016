import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";

/** SHA-256 of a file, hexadecimal. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  return hash.digest("hex");
}

/** Where exporters put weights that are too large for the ONNX file itself. */
const BESIDE = ["_data", ".data"];

/**
 * The first 16 hex digits of the SHA-256 of an ONNX file, and after a + those of the weights beside it, if
 * there are any.
 */
export async function onnxHash(path: string): Promise<string> {
  const files = [path, ...BESIDE.map((ending) => path + ending).filter(existsSync)];
  const hashes = await Promise.all(files.map(hashOf));
  return hashes.map((hash) => hash.slice(0, 16)).join("+");
}
