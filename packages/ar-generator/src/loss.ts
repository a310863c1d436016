import type { Codes } from "@fqgan/quantizer";
import { type Scalar, type Tensor, tf } from "@fqgan/tensor";
import type { Logits } from "./heads/index.js";

/** Negative log-likelihood in nats of each code int32 [B, N] under logits [B, N, size], [B, N]. */
export function negativeLogLikelihood(logits: Tensor, codes: Tensor): Tensor {
  const size = logits.shape.at(-1)!;
  const truth = tf.oneHot(tf.reshape(codes, [-1]) as tf.Tensor1D, size); // [B·N, size]
  const scores = tf.logSoftmax(tf.reshape(logits, [-1, size])); // [B·N, size]
  return tf.reshape(tf.neg(tf.sum(tf.mul(truth, scores), -1)), codes.shape);
}

/** Each codebook's cross-entropy by name, and their mean, which training minimises. */
export function codeLoss(logits: Logits, codes: Codes) {
  const parts = Object.fromEntries(
    Object.entries(logits).map(([name, values]) => [
      name,
      tf.mean(negativeLogLikelihood(values, codes[name]!)) as Scalar,
    ]),
  );
  const losses = Object.values(parts);
  const loss = tf.div(tf.addN(losses), losses.length) as Scalar;
  return { loss, parts };
}
