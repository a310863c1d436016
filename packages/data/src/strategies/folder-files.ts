/** What lies in a folder of images: which files are read, their class and their split. */
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { IMAGE_EXTENSIONS } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import type { SplitName } from "../dataset.js";
import { dealFolds, FOLDS, type Group, splitOfFold } from "../grouped-folds.js";
import { splitOf } from "../split-by-hash.js";

export interface FolderFile {
  /** Path within the folder, with forward slashes. */
  readonly path: string;
  readonly className: string;
  readonly split: SplitName;
}

/** Folder names that mean a split when they lie at the top. */
const SPLIT_FOLDERS: Readonly<Record<string, SplitName>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  test: "test",
};

/** The class of images that lie in no class folder. */
const UNSORTED = "images";

interface Listing {
  readonly images: string[];
  /** How many files of each other extension. */
  readonly others: Map<string, number>;
}

/** All files below `folder` in a fixed order; hidden ones and endless links are left out. */
async function list(folder: string): Promise<Listing> {
  const images: string[] = [];
  const others = new Map<string, number>();
  const visit = async (relative: string, above: readonly string[]): Promise<void> => {
    const absolute = path.join(folder, relative);
    const real = await realpath(absolute);
    if (above.includes(real)) return;
    const entries = await readdir(absolute, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name.startsWith(".")) continue;
      const inner = relative ? `${relative}/${entry.name}` : entry.name;
      const isFolder = entry.isSymbolicLink()
        ? (await stat(path.join(folder, inner)).catch(() => undefined))?.isDirectory()
        : entry.isDirectory();
      if (isFolder) {
        await visit(inner, [...above, real]);
        continue;
      }
      const extension = path.extname(entry.name).toLowerCase();
      if (IMAGE_EXTENSIONS.includes(extension)) images.push(inner);
      else
        others.set(extension || "no extension", (others.get(extension || "no extension") ?? 0) + 1);
    }
  };
  await visit("", []);
  return { images, others };
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found)
    throw new UserError(
      `data set folder: path "${folder}" does not exist; give a folder with images`,
    );
  if (!found.isDirectory())
    throw new UserError(`data set folder: path "${folder}" is a file; give the folder it lies in`);
}

/**
 * Class folders or flat, with or without train/, val/ and test/ above them.
 * @param fold test on this fifth of the class folders, each of which stays in one split
 */
export async function listFolder(folder: string, fold?: number): Promise<FolderFile[]> {
  await checkFolder(folder);
  const { images, others } = await list(folder);
  if (images.length === 0) {
    const found = [...others].map(([extension, count]) => `${count} × ${extension}`).join(", ");
    throw new UserError(
      `data set folder: no images in "${folder}", found ${found || "no files"}; ` +
        `files that end in ${IMAGE_EXTENSIONS.join(", ")} are read`,
    );
  }
  const hasSplitFolders = images.every((image) => splitFolder(image) !== undefined);
  const splitFor =
    fold === undefined ? undefined : splitOfFolders(images, { folder, fold, hasSplitFolders });
  return images.map((image) => {
    const folders = path.posix
      .dirname(image)
      .split("/")
      .filter((name) => name !== ".");
    const className = folders[hasSplitFolders ? 1 : 0] ?? UNSORTED;
    return {
      path: image,
      className,
      split:
        splitFor?.(className) ??
        ((hasSplitFolders && splitFolder(image)) || splitOf(image, "folder")),
    };
  });
}

function splitFolder(image: string): SplitName | undefined {
  const slash = image.indexOf("/");
  return slash < 0 ? undefined : SPLIT_FOLDERS[image.slice(0, slash).toLowerCase()];
}

/** Of every so many class folders one is for validation, in every fold. */
const VALIDATION = 10;

/** The split of each class folder: one for patches of one photograph, or whatever must stay together. */
function splitOfFolders(
  images: readonly string[],
  given: { readonly folder: string; readonly fold: number; readonly hasSplitFolders: boolean },
): (className: string) => SplitName {
  const { folder, fold, hasSplitFolders } = given;
  const counts = new Map<string, number>();
  for (const image of images) {
    const slash = image.indexOf("/");
    const name = slash < 0 ? UNSORTED : image.slice(0, slash);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const needed = Math.ceil((FOLDS * VALIDATION) / (VALIDATION - 1));
  if (hasSplitFolders || counts.size < needed)
    throw new UserError(
      `data set folder: fold ${fold}: expected at least ${needed} class folders in "${folder}", got ` +
        `${hasSplitFolders ? "train/, val/ and test/" : counts.size}; sort the images into folders that ` +
        "must not be divided, or leave the fold out",
    );
  const groups = [...counts].map(([name, count]): Group => ({ name, stratum: "", images: count }));
  const tenths = dealFolds(groups, { folds: VALIDATION, salt: "folder validation" });
  return splitOfFold(groups, {
    fold,
    salt: "folder folds",
    isValidation: (name) => tenths.get(name) === 0,
  });
}
