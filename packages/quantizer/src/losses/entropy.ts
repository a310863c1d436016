import { type Scalar, type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";

/** Keeps log p finite where p is 0: by a small addend, or by a floor. The papers' codes differ. */
export const safeLogs = {
  offset: (p: Tensor2D): Tensor2D => tf.log(tf.add(p, 1e-5)),
  floor: (p: Tensor2D): Tensor2D => tf.log(tf.maximum(p, 1e-5)),
};

export type SafeLog = keyof typeof safeLogs;

/** -Σ p log p of each row, [N, K] probabilities and their logarithms → [N]. */
function rowEntropies(p: Tensor2D, logP: Tensor2D): Tensor1D {
  return tf.neg(tf.sum(tf.mul(p, logP), 1));
}

/** How uncertain each choice is, and how evenly codes are used by the batch; in nats. */
export interface Entropies {
  /** Mean over the N choices of H(code | latent): small when choices are clear. */
  readonly sample: Scalar;
  /** H of the mean choice: large when all codes are used alike. */
  readonly batch: Scalar;
}

/**
 * Entropies of the soft choice softmax(logits), logits [N, K].
 * @param safeLog for the batch's entropy; for each sample's too unless its exact form is used
 */
export function softChoiceEntropies(logits: Tensor2D, safeLog: SafeLog = "offset"): Entropies {
  const p = tf.softmax(logits, 1); // [N, K]
  const mean = tf.mean(p, 0, true) as Tensor2D; // [1, K]
  const logP = safeLog === "offset" ? tf.logSoftmax(logits, 1) : safeLogs[safeLog](p);
  return {
    sample: tf.mean(rowEntropies(p, logP)),
    batch: tf.sum(rowEntropies(mean, safeLogs[safeLog](mean))),
  };
}

/** ‖z - e‖² for all pairs, [N, D] and [K, D] → [N, K], differentiable in both. */
export function squaredDistances(latents: Tensor2D, codebook: Tensor2D): Tensor2D {
  const latentSquares = tf.sum(tf.square(latents), 1, true); // [N, 1]
  const codeSquares = tf.reshape(tf.sum(tf.square(codebook), 1), [1, -1]); // [1, K]
  const products = tf.matMul(latents, codebook, false, true); // [N, K]
  return tf.sub(tf.add(latentSquares, codeSquares), tf.mul(products, 2));
}

/**
 * FQGAN's entropy loss over softmax(-distance / temperature): clear choices, evenly used codes.
 * It has gradients into both latents and codebook, and can be negative.
 */
export function distanceEntropyLoss(options: {
  readonly latents: Tensor2D;
  readonly codebook: Tensor2D;
  readonly weight: number;
  readonly temperature: number;
}): Scalar {
  const { latents, codebook, weight, temperature } = options;
  const logits = tf.div(squaredDistances(latents, codebook), -temperature) as Tensor2D;
  const { sample, batch } = softChoiceEntropies(logits);
  return tf.mul(tf.sub(sample, batch), weight);
}
