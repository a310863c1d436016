/** What a data set is: named splits of square RGB images with class labels, read by index. */
import type { Registry, Strategy, StrategyConfig } from "@fqgan/registry";

export type SplitName = "train" | "validation" | "test";

/**
 * How one image is cut out of its source, as plain data (it crosses threads): the smaller side is
 * resized to `smallerSide` (box halving, then bicubic, as ADM does), then a square of the data set's
 * size is taken.
 */
export interface View {
  /** Pixels, ≥ the data set's size. */
  readonly smallerSide: number;
  /** Where the square lies in the room that is left: 0 is left or top, just below 1 right or bottom. */
  readonly left: number;
  readonly top: number;
  /** Mirrored left to right. */
  readonly flip: boolean;
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
   * [n, S, S, 3] uint8 RGB. Without `views` the whole image, centre-cropped, as evaluation sees it;
   * with views, one for each index.
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
  /** Files that were left out because they could not be read; never silently skipped. */
  readonly rejected: readonly RejectedFile[];
  /** Ends worker threads and frees memory. The data set can't be used afterwards. */
  close(): Promise<void>;
}

/** A data set that plugs in by name. */
export interface DatasetStrategy extends Strategy {
  /** `options` are checked and complete. */
  load(options: Readonly<Record<string, unknown>>): Promise<Dataset>;
}

export type DatasetRegistry = Registry<DatasetStrategy>;
export type DatasetConfig = StrategyConfig;
