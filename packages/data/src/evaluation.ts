import { toSignedUnit } from "@fqgan/image";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Split } from "./dataset.js";
import { labelsOf } from "./loader.js";

/** One evaluation batch. The shapes never change: a last batch that is not full repeats its last image. */
export interface EvaluationBatch {
  /** [B, S, S, 3] float32 in [-1, 1] */
  readonly images: HostTensor;
  /** [B] int32 */
  readonly labels: HostTensor;
  /** [B] positions in the split */
  readonly indices: Int32Array;
  /** [B, S, S, 3] the same images as uint8 */
  readonly pixels: Uint8Array;
  /** [B, S, S] float32 coverage of the subject, 1 inside; only of data sets drawn on transparency */
  readonly masks?: HostTensor;
  /** How many of the B images count; the rest is padding. */
  readonly count: number;
}

/**
 * Every image of a split once, in order, without augmentation; `limit` takes only the first images. A
 * file that can't be read is an UnreadableImagesError: an evaluation must not leave images out.
 * @param from images that an earlier pass has seen, whole batches of them
 */
export async function* evaluationBatches(
  split: Split,
  batchSize: number,
  limit: number = split.count,
  from = 0,
): AsyncGenerator<EvaluationBatch> {
  const total = Math.min(limit, split.count);
  const prepare = async (start: number): Promise<EvaluationBatch> => {
    const count = Math.min(batchSize, total - start);
    const indices = Int32Array.from(
      { length: batchSize },
      (_, i) => start + Math.min(i, count - 1),
    );
    const [pixels, coverage] = await Promise.all([split.images(indices), split.masks?.(indices)]);
    return {
      images: hostTensor(toSignedUnit(pixels), [batchSize, split.size, split.size, 3]),
      labels: labelsOf(split, indices),
      indices,
      pixels,
      ...(coverage && {
        masks: hostTensor(
          Float32Array.from(coverage, (value) => value / 255),
          [batchSize, split.size, split.size],
        ),
      }),
      count,
    };
  };
  let next = from < total ? prepare(from) : undefined;
  for (let start = from; next; start += batchSize) {
    const batch = await next;
    next = start + batchSize < total ? prepare(start + batchSize) : undefined;
    next?.catch(() => {}); // thrown when it is awaited
    yield batch;
  }
}
