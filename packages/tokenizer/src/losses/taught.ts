import { type Tensor, tf } from "@fqgan/tensor";
import type { RepresentationConfig } from "../config.js";

/** Which of a teacher's features a codebook learns, and which of its head's rows predict them. */
interface Taught {
  /** Added to the teacher's name in batches. */
  readonly suffix: string;
  /** What a batch holds for a head's rows, for errors. */
  shape(rows: Tensor): string;
  /** A head's rows [B, 1 + N, F] → predictions [M, F] */
  predicted(rows: Tensor): Tensor;
  /** A batch's features → [M, F], if they are as many as `predicted`. */
  target(features: Tensor): Tensor;
}

const byName = {
  image: {
    suffix: "",
    shape: (rows) => `[B, ${rows.shape[2]}]`,
    predicted: (rows) => tf.squeeze(tf.slice(rows, [0, 0, 0], [-1, 1, -1]), [1]), // the class row
    target: (features) => features,
  },
  // As VQ-KD does (BEiT v2, arXiv 2208.06366): a cosine at each position.
  positions: {
    suffix: ".positions",
    shape: (rows) => `[B, ${rows.shape[1]! - 1}, ${rows.shape[2]}]`,
    predicted: (rows) => flat(tf.slice(rows, [0, 1, 0], [-1, -1, -1])),
    target: (features) => (features.rank === 3 ? flat(features) : features),
  },
} as const satisfies Record<string, Taught>;

export const TAUGHT: Readonly<Record<keyof typeof byName, Taught>> = byName;

/** [B, N, F] → [B·N, F] */
const flat = (rows: Tensor): Tensor => tf.reshape(rows, [-1, rows.shape.at(-1)!]);

/** By what name a batch holds what a codebook learns from its teacher: `clip`, `clip.positions`. */
export const taughtName = ({
  teacher,
  of = "image",
}: Pick<RepresentationConfig, "teacher" | "of">): string => `${teacher}${TAUGHT[of].suffix}`;
