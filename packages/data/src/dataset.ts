/** What a data set is: named splits of square RGB images with class labels, read by index. */
import { type Registry, type Strategy, type StrategyConfig, UserError } from "@fqgan/registry";

/** What the images of a split are for. */
export type SplitName = "train" | "validation" | "test";

/** How one image is taken from its source, as plain data (it crosses threads). */
export interface View {
  /** Mirrored left to right. */
  readonly flip: boolean;
  /** Where a training crop lies; without it the centre crop of evaluation is taken. */
  readonly crop?: {
    /** The smaller side of the source is resized to this many pixels first, ≥ the data set's size. */
    readonly smallerSide: number;
    /** Fractions in [0, 1) of the room that is left: 0 is left or top. */
    readonly left: number;
    readonly top: number;
    /** Room is counted in the central square only. */
    readonly square?: boolean;
  };
}

/** Images in a fixed order. All arrays are aligned: entry i belongs to image i. */
export interface Split {
  readonly name: SplitName;
  /** Number of images. */
  readonly count: number;
  /** S, the side of an image in pixels. */
  readonly size: number;
  /** [count] class of each image: an index into the data set's `classes`. */
  readonly labels: Int32Array;
  /** Stable name of each image: its unicode key, its path in the folder. */
  readonly ids: readonly string[];
  /** More facts by name, one value an image: emoji have `name`, `subcategory` and `identity`. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /**
   * [n, S, S, 3] uint8 RGB, centre-cropped as evaluation sees them, or one view for each index. Files that
   * can't be read are an UnreadableImagesError.
   */
  images(indices: ArrayLike<number>, views?: readonly View[]): Promise<Uint8Array>;
  /** [n, S, S] uint8 coverage of the subject, 255 inside; only of data sets drawn on transparency. */
  masks?(indices: ArrayLike<number>): Promise<Uint8Array>;
}

/** A file that could not be read, and why. */
export interface RejectedFile {
  readonly path: string;
  readonly reason: string;
}

/** Some images of a request can't be read. */
export class UnreadableImagesError extends UserError {
  /** @param positions which entries of the request failed, aligned with `files` */
  constructor(
    readonly positions: readonly number[],
    readonly files: readonly RejectedFile[],
  ) {
    const lines = files.map(({ path, reason }) => `\n  ${path}: ${reason}`);
    super(`${files.length} images can't be read; replace or remove them:${lines.join("")}`);
  }
}

/** Labelled images in three splits. */
export interface Dataset {
  /** Short name for tables: `emoji-64`. */
  readonly name: string;
  /** One sentence with the counts. */
  readonly description: string;
  /** Class names; labels index into it. */
  readonly classes: readonly string[];
  /** S, the side of every image in pixels. */
  readonly size: number;
  readonly splits: Readonly<Record<SplitName, Split>>;
  /** Files that were left out while loading because they could not be read. */
  readonly rejected: readonly RejectedFile[];
  /** Ends worker threads and frees memory. The data set can't be used afterwards. */
  close(): Promise<void>;
}

/** How many images the splits of a data set have. */
export type SplitCounts = Readonly<Record<SplitName, number>>;

/** The number of images in each split. */
export const splitCounts = ({ splits }: Pick<Dataset, "splits">): SplitCounts => ({
  train: splits.train.count,
  validation: splits.validation.count,
  test: splits.test.count,
});

/**
 * Refuses a data set that has no images where some are needed, before anything is computed.
 *
 * @throws UserError that names the empty splits
 */
export function requireImages(
  name: string,
  counts: SplitCounts,
  needed: readonly SplitName[] = ["train", "validation", "test"],
): void {
  const empty = needed.filter((split) => counts[split] === 0);
  if (empty.length === 0) return;
  const has = (Object.keys(counts) as SplitName[]).map((split) => `${counts[split]} ${split}`);
  throw new UserError(
    `data set ${name}: expected images for ${empty.join(" and ")}, got ${has.join(", ")}; a folder needs all of ` +
      "train/, val/ and test/, or none of them and enough images to divide 80/10/10",
  );
}

/** How a data set is loaded; changes nothing about what is in it. */
export interface LoadSettings {
  /** Called while files are decoded. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Where decoded images are kept between runs; null: nowhere. Default: fqgan in the user's cache folder. */
  readonly cacheFolder?: string | null;
  /** Decoding that took longer than this is kept there; default 2000. */
  readonly cacheAfterMs?: number;
}

/** A data set that plugs in by name. */
export interface DatasetStrategy extends Strategy {
  /** `options` are checked and complete. */
  load(options: Readonly<Record<string, unknown>>, settings: LoadSettings): Promise<Dataset>;
}

/** All data sets by name. */
export type DatasetRegistry = Registry<DatasetStrategy>;

/** A data set's name beside its options. */
export type DatasetConfig = StrategyConfig;
