import { writeFileSync } from "node:fs";
import { UserError } from "@fqgan/registry";

/** Writes a picture; a folder that is missing or read-only is an error a person can act on. */
export function writePicture(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    throw new UserError(
      `${path}: can't be written (${(error as Error).message}); give another place with --out`,
    );
  }
}
