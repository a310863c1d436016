import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { TokenizerConfig } from "./config.js";
import { taughtName } from "./losses/taught.js";

/** One batch in main memory. */
export interface ImageBatch {
  /** float32 [B, H, W, 3] in [-1, 1] */
  readonly images: HostTensor;
  /**
   * For codebooks that have a teacher, by its name: features of these images, float32 [B, F], or by the name
   * `<teacher>.positions` of each position of the tokenizer's grid, [B, N, F].
   */
  readonly teachers?: Readonly<Record<string, HostTensor>>;
}

/** What a training program is fed. */
export type TrainingInputs = { images: HostTensor; teachers: Record<string, HostTensor> };

/** The features that a codebook learns from; others may be in the batch. */
export function neededTeachers(
  given: Readonly<Record<string, HostTensor>>,
  config: TokenizerConfig,
): Record<string, HostTensor> {
  const needed = Object.values(config.codebooks).map(
    ({ representation }) => representation && taughtName(representation),
  );
  return Object.fromEntries(Object.entries(given).filter(([name]) => needed.includes(name)));
}

/** A batch as `count` of equal size, in order. */
export function splitBatch({ images, teachers }: TrainingInputs, count: number): TrainingInputs[] {
  const size = images.shape[0]!;
  if (size % count !== 0)
    throw new UserError(
      `accumulate: expected a batch of a multiple of ${count} images, got ${size}; change either`,
    );
  const rowsOf = (tensor: HostTensor, part: number): HostTensor => {
    const length = tensor.data.length / count;
    const rows = tensor.data.slice(part * length, (part + 1) * length);
    return hostTensor(rows, [size / count, ...tensor.shape.slice(1)]);
  };
  if (count === 1) return [{ images, teachers }];
  return Array.from({ length: count }, (_, part) => ({
    images: rowsOf(images, part),
    teachers: Object.fromEntries(
      Object.entries(teachers).map(([name, features]) => [name, rowsOf(features, part)]),
    ),
  }));
}
