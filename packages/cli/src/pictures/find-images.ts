import { readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { IMAGE_EXTENSIONS } from "@fqgan/image";
import { UserError } from "@fqgan/registry";

/** The images that files and folders mean, in order; what `reconstruct` wrote is left out. */
export function findImages(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) throw new UserError(`${path}: expected an image or a folder, found nothing`);
    if (!found.isDirectory()) return [path];
    const images = readdirSync(path)
      .filter((name) => IMAGE_EXTENSIONS.includes(extname(name).toLowerCase()))
      .filter((name) => !name.includes(".fqgan."))
      .sort()
      .map((name) => join(path, name));
    if (images.length === 0)
      throw new UserError(
        `${path}: expected images (${IMAGE_EXTENSIONS.join(", ")}), found none; give another folder`,
      );
    return images;
  });
}
