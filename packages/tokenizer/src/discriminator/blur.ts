import { type Tensor, tf } from "@fqgan/tensor";

/**
 * The binomial filter [1, 2, 1] × [1, 2, 1] / 16 over [B, H, W, C], mirrored at the border without
 * repeating it (Zhang, arXiv 1904.11486).
 */
export function blur(x: Tensor): Tensor {
  return blurAlong(blurAlong(x, 1), 2);
}

function blurAlong(x: Tensor, axis: 1 | 2): Tensor {
  const length = x.shape[axis]!;
  const part = (from: Tensor, start: number, size: number) => {
    const begin = [0, 0, 0, 0];
    const sides = [...from.shape];
    begin[axis] = start;
    sides[axis] = size;
    return tf.slice(from, begin, sides);
  };
  const mirrored = tf.concat([part(x, 1, 1), x, part(x, length - 2, 1)], axis);
  const beside = tf.add(part(mirrored, 0, length), part(mirrored, 2, length));
  return tf.add(tf.mul(x, 0.5), tf.mul(beside, 0.25));
}
