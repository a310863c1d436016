/**
 * Google's Noto emoji from the npm package emoji-datasource-google: small, free, 9 classes, at hand
 * without a download. 3,786 images are in it; without the 5 of "Component" (bare skin tones) 3,781 remain,
 * in 98 subcategories. It is very unbalanced: 2,261 of them are people.
 *
 * Splits are by identity (emoji-identity.ts), about 80/10/10 by identities: 3,165 train, 303 validation,
 * 313 test. 3.7 % of the held-out images have a near copy in training; a split by emoji leaves 16 %, a
 * random one 51 % (scripts/measure-leakage.ts).
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import {
  centreCrop,
  channelOf,
  compositeOn,
  crop,
  decodeImage,
  type Image,
  resizePil,
} from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import type { Dataset, DatasetStrategy, Split, SplitName } from "../dataset.js";
import { FOLDS, type Group, splitOfFold } from "../grouped-folds.js";
import { memorySplit } from "../memory-split.js";
import { splitOf } from "../split-by-hash.js";
import { emojiIdentity, TRAINING_ONLY } from "./emoji-identity.js";

const options = {
  size: z.int().min(8).max(256).default(64).describe("side in pixels; drawn at 64"),
  vendor: z
    .enum(["google", "twitter"])
    .default("google")
    .describe("whose drawings, from the npm package emoji-datasource-<vendor>"),
  fold: z
    .int()
    .min(0)
    .max(FOLDS - 1)
    .optional()
    .describe("test on this fifth of the identities that are not for validation"),
};
type EmojiOptions = z.output<z.ZodObject<typeof options>>;

/** One picture in the package's metadata. */
interface Drawing {
  readonly unified: string;
  readonly sheet_x: number;
  readonly sheet_y: number;
}
interface Entry extends Drawing {
  readonly name: string;
  readonly short_name: string;
  readonly category: string;
  readonly subcategory: string;
  readonly has_img_google: boolean;
  readonly has_img_twitter: boolean;
  readonly skin_variations?: Readonly<Record<string, Drawing>>;
}

interface EmojiImage {
  readonly id: string;
  readonly category: string;
  readonly name: string;
  readonly subcategory: string;
  readonly identity: string;
  readonly drawing: Drawing;
}

/** Side of a drawing on the sheet, and the transparent border around it. */
const CELL = 64;
const BORDER = 1;

/** Of the first thirty, the salt whose splits share out the classes most evenly. Never change it. */
const SALT = "fqgan emoji 21";
/** Of the five folds; never change it either. */
const FOLD_SALT = "fqgan emoji folds";

export function packageFolder(vendor: string): string {
  const name = `emoji-datasource-${vendor}`;
  for (const from of [import.meta.url, path.join(process.cwd(), "here.js")])
    try {
      return path.dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // not installed there
    }
  throw new UserError(`data set emoji: package ${name} is not installed; run: npm install ${name}`);
}

/** Every picture with a class, skin variations included, in the package's order. */
function listImages(entries: readonly Entry[], vendor: EmojiOptions["vendor"]): EmojiImage[] {
  return entries
    .filter((entry) => entry.category !== "Component" && entry[`has_img_${vendor}`])
    .flatMap((entry) =>
      [entry, ...Object.values(entry.skin_variations ?? {})].map((drawing) => ({
        id: drawing.unified,
        category: entry.category,
        name: entry.short_name,
        subcategory: entry.subcategory,
        identity: emojiIdentity(entry),
        drawing,
      })),
    );
}

/** By identity: the split that never changes, or one of five folds with the same validation images. */
function splitOfIdentity(
  images: readonly EmojiImage[],
  fold: number | undefined,
): (identity: string) => SplitName {
  const usual = (identity: string): SplitName =>
    TRAINING_ONLY.has(identity) ? "train" : splitOf(identity, SALT);
  if (fold === undefined) return usual;
  const groups = new Map<string, Group>();
  for (const { identity, category } of images) {
    if (TRAINING_ONLY.has(identity)) continue;
    const known = groups.get(identity);
    groups.set(identity, {
      name: identity,
      stratum: known?.stratum ?? category,
      images: (known?.images ?? 0) + 1,
    });
  }
  return splitOfFold([...groups.values()], {
    fold,
    salt: FOLD_SALT,
    isValidation: (identity) => usual(identity) === "validation",
  });
}

function assignSplits(
  images: readonly EmojiImage[],
  fold: number | undefined,
): Record<SplitName, EmojiImage[]> {
  const splits: Record<SplitName, EmojiImage[]> = { train: [], validation: [], test: [] };
  const splitFor = splitOfIdentity(images, fold);
  for (const image of images) splits[splitFor(image.identity)].push(image);
  return splits;
}

/** The drawing cut out of the sheet, RGBA. */
function cutOut(sheet: Image, { sheet_x, sheet_y }: Drawing): Image {
  const pitch = CELL + 2 * BORDER;
  return crop(sheet, {
    left: sheet_x * pitch + BORDER,
    top: sheet_y * pitch + BORDER,
    width: CELL,
    height: CELL,
  });
}

function buildSplit(options: {
  readonly name: SplitName;
  readonly images: readonly EmojiImage[];
  readonly classes: readonly string[];
  readonly sheet: Image;
  readonly size: number;
}): Split {
  const { name, images, classes, sheet, size } = options;
  const pixels = new Uint8Array(images.length * size * size * 3);
  const masks = new Uint8Array(images.length * size * size);
  images.forEach((image, i) => {
    const drawing = cutOut(sheet, image.drawing);
    pixels.set(centreCrop(compositeOn(drawing), size).data, i * size * size * 3);
    const alpha = resizePil(channelOf(drawing, 3), { width: size, height: size, filter: "box" });
    masks.set(alpha.data, i * size * size);
  });
  return memorySplit({
    name,
    size,
    pixels,
    masks,
    labels: Int32Array.from(images, ({ category }) => classes.indexOf(category)),
    ids: images.map(({ id }) => id),
    attributes: {
      name: images.map((image) => image.name),
      subcategory: images.map(({ subcategory }) => subcategory),
      identity: images.map(({ identity }) => identity),
    },
  });
}

async function load({ size, vendor, fold }: EmojiOptions): Promise<Dataset> {
  const folder = packageFolder(vendor);
  const entries = JSON.parse(
    await readFile(path.join(folder, "emoji.json"), "utf8"),
  ) as readonly Entry[];
  // one sheet decodes seven times faster than its 3,786 files
  const sheet = await decodeImage(path.join(folder, "img", vendor, "sheets", "64.png"), {
    alpha: "keep",
  });
  const images = listImages(entries, vendor);
  const classes = [...new Set(images.map(({ category }) => category))].sort();
  const assigned = assignSplits(images, fold);
  const split = (name: SplitName) =>
    buildSplit({ name, images: assigned[name], classes, sheet, size });
  const splits = { train: split("train"), validation: split("validation"), test: split("test") };
  return {
    name: [
      "emoji",
      ...(vendor === "google" ? [] : [vendor]),
      size,
      ...(fold === undefined ? [] : [`fold-${fold}`]),
    ].join("-"),
    description:
      `${images.length} emoji drawn by ${vendor}, ${size}×${size} on white, ${classes.length} classes; ` +
      `split by identity${fold === undefined ? "" : `, fold ${fold}`}: ${splits.train.count} train, ` +
      `${splits.validation.count} validation, ${splits.test.count} test`,
    classes,
    size,
    splits,
    rejected: [],
    async close() {},
  };
}

export const emoji: DatasetStrategy = {
  name: "emoji",
  summary: "3,781 emoji with 9 classes, composited on white, split by identity",
  reference: "https://github.com/iamcal/emoji-data (drawings: Noto Emoji, Apache 2.0)",
  options,
  load: (complete) => load(complete as unknown as EmojiOptions),
};
