import type { CodeBatch, ImageLosses } from "@fqgan/ar-generator";
import { type CodesSplit, codesBatch } from "./codes-file.js";

/** How well a generator knows the codes of many images, without dropout. */
export interface HeldOutLoss {
  /** Mean negative log-likelihood in nats a sub-code: `loss` and `loss.<codebook>`. */
  readonly means: Record<string, number>;
  /** Nats a sub-code of each image, by codebook. */
  readonly ofImages: ImageLosses;
}

/** @param options.rows which images of the split; all of them unless told */
export async function heldOutLoss(
  model: { imageLosses(batch: CodeBatch): Promise<ImageLosses> },
  split: CodesSplit,
  options: {
    readonly batchSize: number;
    readonly rows?: readonly number[];
    readonly onImages?: (done: number, total: number) => void;
  },
): Promise<HeldOutLoss> {
  const { batchSize, onImages } = options;
  const { rows = Array.from({ length: split.labels.shape[0]! }, (_, row) => row) } = options;
  const ofImages: ImageLosses = {};
  for (let start = 0; start < rows.length; start += batchSize) {
    const count = Math.min(batchSize, rows.length - start);
    // Batches have one shape: the last is filled with copies of its first image.
    const batch = Array.from({ length: batchSize }, (_, i) => rows[start + (i < count ? i : 0)]!);
    const losses = await model.imageLosses(codesBatch(split, batch));
    for (const [name, values] of Object.entries(losses)) {
      ofImages[name] ??= new Float64Array(rows.length);
      ofImages[name].set(values.subarray(0, count), start);
    }
    onImages?.(start + count, rows.length);
  }
  const parts = Object.entries(ofImages).map(([name, values]) => [`loss.${name}`, mean(values)]);
  const means: Record<string, number> = Object.fromEntries(parts);
  return { means: { loss: mean(Object.values(means)), ...means }, ofImages };
}

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
