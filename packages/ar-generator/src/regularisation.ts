import { type RandomStream, type Tensor, tf } from "@fqgan/tensor";

/** What a training step drops; absent when sampling or evaluating. */
export interface Regularisation {
  readonly random: RandomStream;
  readonly residual: number;
  readonly feedForward: number;
}

/** Dropout (Srivastava et al., JMLR 2014): each value is zero with probability `rate`, else scaled up. */
export function dropValues(x: Tensor, rate: number, random: RandomStream): Tensor {
  if (rate === 0) return x;
  const kept = tf.cast(tf.greaterEqual(random.uniform(x.shape), rate), "float32");
  return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
}

/** Stochastic depth (Huang et al., arXiv 1603.09382): a row of x [B, T, C] is zero with that probability. */
export function dropRows(x: Tensor, rate: number, random: RandomStream): Tensor {
  if (rate === 0) return x;
  const shape = [x.shape[0]!, ...x.shape.slice(1).map(() => 1)]; // [B, 1, 1]
  const kept = tf.cast(tf.greaterEqual(random.uniform(shape), rate), "float32");
  return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
}
