import type { Strategy } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";

/** What a network says about a batch of images. */
export interface Extracted {
  /** [B, D] float32 */
  readonly features: HostTensor;
  /** [B, classes] float32; only of networks that classify. */
  readonly logits?: HostTensor;
  /** [B, 2023] float32, for sFID; only of Inception. */
  readonly spatial?: HostTensor;
}

/** Features of each part of an image, for teachers of codes that have a place. */
export interface PositionFeatures {
  /** [rows, columns] */
  readonly grid: readonly [number, number];
  /** D, the number of features of each. */
  readonly dimensions: number;
  /** @param images as for `extract` @returns [B, rows·columns, D] in row-major order */
  features(images: HostTensor): Promise<HostTensor>;
}

/** A frozen network that turns images into features, the same for every batch size. */
export interface Extractor {
  /** Names the network and its version: `builtin-64-v1`. */
  readonly name: string;
  /** The first 16 hex digits of the SHA-256 of its weights file. */
  readonly hash: string;
  /** D, the number of features. */
  readonly dimensions: number;
  /** What becomes of images before the network sees them; other preparations give other numbers. */
  readonly preparation: string;
  /** What the logits mean, in order; only of networks that classify and say so. */
  readonly classes?: readonly string[];
  /**
   * @param images [B, H, W, 3] float32 in [-1, 1]; rounded to 8 bits and resized as the network needs. Some
   *   networks take square images only, and say so.
   */
  extract(images: HostTensor): Promise<Extracted>;
  /** `extract`, features only: [B, D]. */
  features(images: HostTensor): Promise<HostTensor>;
  /** Only of networks that look at an image part by part. */
  readonly positions?: PositionFeatures;
  dispose(): void;
}

/** A frozen network that plugs in by name. */
export interface ExtractorStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options): Promise<Extractor>;
}
