/** Images to judge: a folder of files, or `arr_0` of an .npz as ADM's evaluator reads it. */
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";
import {
  centreCrop,
  decodeImage,
  IMAGE_EXTENSIONS,
  type Image,
  type OrientationRule,
} from "@fqgan/image";
import { type NpzFile, openNpz } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";

/** One image, or why there is none. */
export type Item =
  | { readonly name: string; readonly image: Image }
  | { readonly name: string; readonly reason: string };

/** Images of a folder or an `.npz`, read one after another. */
export interface ImageSource {
  /** The path that a person gave. */
  readonly name: string;
  /** Files or rows, before any is found unreadable. */
  readonly count: number;
  /** How many of each kind: `{ ".png": 500 }`. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Beginning of the SHA-256 of the list of names and sizes: tells changed sets apart. */
  readonly fingerprint: string;
  /** Tells its images from all others: those of other files, of changed ones, and of the same read in another way. */
  readonly identity: unknown;
  /**
   * In order: sorted paths, or rows as they are.
   * @param from the first one; default 0
   */
  items(from?: number): AsyncGenerator<Item>;
}

export interface SourceOptions {
  /** Only the first so many. */
  readonly limit?: number | undefined;
  /** ADM's centre crop to this side; without it images stay as they are. */
  readonly size?: number | undefined;
  /** Of photographs; default `stored`, as the tools whose numbers papers quote read files. */
  readonly orientation?: OrientationRule | undefined;
}

/** Opens a folder of images or an `.npz` that holds some; anything else is a UserError. */
export async function openImages(path: string, options: SourceOptions = {}): Promise<ImageSource> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found)
    throw new UserError(`${path}: expected a folder of images or an .npz, found nothing there`);
  if (found.isDirectory()) return folderSource(path, options);
  if (extname(path) === ".npz") return npzSource(await openNpz(path), options);
  throw new UserError(`${path}: expected a folder of images or an .npz, got another file`);
}

function folderSource(
  folder: string,
  { limit, size, orientation = "stored" }: SourceOptions,
): ImageSource {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => IMAGE_EXTENSIONS.includes(extname(name).toLowerCase()))
    .sort()
    .slice(0, limit);
  if (names.length === 0)
    throw new UserError(
      `${folder}: expected images (${IMAGE_EXTENSIONS.join(", ")}), found none; give another folder`,
    );
  const files = names.map((name) => {
    const { size: bytes, mtimeMs } = statSync(join(folder, name));
    return { name, bytes, mtimeMs };
  });
  const kinds: Record<string, number> = {};
  for (const name of names) {
    const kind = extname(name).toLowerCase();
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return {
    name: folder,
    count: names.length,
    kinds,
    fingerprint: fingerprintOf(files.map(({ name, bytes }) => [name, bytes])),
    identity: {
      path: resolve(folder),
      files: fingerprintOf(files.map(({ name, mtimeMs }) => [name, mtimeMs])),
      read: { limit, size, orientation },
    },
    async *items(from = 0) {
      for (const name of names.slice(from))
        try {
          const image = await decodeImage(join(folder, name), { orientation });
          yield { name, image: size === undefined ? image : centreCrop(image, size) };
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          yield { name, reason: error.message };
        }
    },
  };
}

/** Images that ADM's layout keeps as uint8 [N, H, W, 3]. */
const IMAGES = "arr_0";
const ROWS = 64;

async function npzSource(file: NpzFile, { limit, size }: SourceOptions): Promise<ImageSource> {
  if (!file.names.includes(IMAGES))
    throw new UserError(
      `${file.path}: expected images as ${IMAGES} [N, H, W, 3], got ${file.names.join(", ")}`,
    );
  const [total = 0, height = 0, width = 0, channels] = await file.shape(IMAGES);
  if (channels !== 3)
    throw new UserError(
      `${file.path}: expected ${IMAGES} [N, H, W, 3], got [${await file.shape(IMAGES)}]; ` +
        "put channels last and drop alpha",
    );
  const count = Math.min(total, limit ?? total);
  return {
    name: file.path,
    count,
    kinds: { ".npz": count },
    fingerprint: fingerprintOf([[file.path, statSync(file.path).size]]),
    identity: {
      path: resolve(file.path),
      changedMs: statSync(file.path).mtimeMs,
      read: { limit, size },
    },
    async *items(from = 0) {
      let index = 0;
      for await (const { shape, data } of file.rows(IMAGES, ROWS)) {
        if (!(data instanceof Uint8Array))
          throw new UserError(
            `${file.path}: expected ${IMAGES} as uint8 0 … 255, got another type; ` +
              "round floats to 8 bits first: FID of unrounded floats is a different number",
          );
        const length = height * width * 3;
        for (let row = 0; row < shape[0]!; row++, index++) {
          if (index === count) return;
          if (index < from) continue;
          const pixels = data.subarray(row * length, (row + 1) * length);
          const image = { width, height, channels: 3, data: pixels };
          yield {
            name: `${IMAGES}[${index}]`,
            image: size === undefined ? image : centreCrop(image, size),
          };
        }
      }
    },
  };
}

function fingerprintOf(entries: readonly (readonly [name: string, about: number])[]): string {
  const text = entries.map(([name, about]) => `${relative(".", name)} ${about}`).join("\n");
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
