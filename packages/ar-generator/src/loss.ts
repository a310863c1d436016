import type { Codes } from "@fqgan/quantizer";
import { type Scalar, type Tensor, tf } from "@fqgan/tensor";
import type { Logits } from "./heads/index.js";

/** Mean cross-entropy in nats of codes int32 [B, N] under logits [B, N, size]. */
export function crossEntropy(logits: Tensor, codes: Tensor): Scalar {
  const size = logits.shape.at(-1)!;
  const truth = tf.oneHot(tf.reshape(codes, [-1]) as tf.Tensor1D, size); // [B·N, size]
  const scores = tf.logSoftmax(tf.reshape(logits, [-1, size])); // [B·N, size]
  return tf.neg(tf.mean(tf.sum(tf.mul(truth, scores), -1))) as Scalar;
}

/** Each codebook's cross-entropy by name, and their mean, which training minimises. */
export function codeLoss(logits: Logits, codes: Codes) {
  const parts = Object.fromEntries(
    Object.entries(logits).map(([name, values]) => [name, crossEntropy(values, codes[name]!)]),
  );
  const losses = Object.values(parts);
  const loss = tf.div(tf.addN(losses), losses.length) as Scalar;
  return { loss, parts };
}
