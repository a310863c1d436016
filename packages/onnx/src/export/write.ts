import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import { type Manifest, readManifest } from "../manifest.js";
import type { Exported } from "./exported.js";

const MANIFEST = "fqgan.json";

/** Writes an export as a new folder, whole or not at all. */
export function writeExported(folder: string, { manifest, files }: Exported): void {
  if (existsSync(folder))
    throw new UserError(`${folder}: expected a new folder, it exists; give another`);
  const partial = `${folder}.${process.pid}.partial`;
  try {
    mkdirSync(partial, { recursive: true });
    for (const [name, bytes] of files) writeFileSync(join(partial, name), bytes);
    writeFileSync(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw new UserError(
      `${folder}: can't be written (${(error as Error).message}); give another place`,
    );
  }
}

/** The manifest of a folder that `writeExported` wrote. */
export function readExported(folder: string): Manifest {
  const path = join(folder, MANIFEST);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new UserError(
      `${path}: expected a manifest, found nothing to read; make one with \`fqgan export onnx ${folder}\``,
    );
  }
  try {
    return readManifest(JSON.parse(text), path);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new UserError(`${path}: expected JSON (${error.message})`);
    throw error;
  }
}
