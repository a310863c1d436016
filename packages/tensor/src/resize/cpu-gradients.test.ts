import { expect, it } from "vitest";
import { type Tensor, tf } from "../tf.js";

it("gives every image of a batch its own gradient through nearest-neighbour upsampling", () => {
  const dy = tf.reshape(tf.range(0, 32), [2, 4, 4, 1]);
  const gradient = tf.grad((x: Tensor) =>
    tf.sum(tf.mul(tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [4, 4]), dy)),
  )(tf.zeros([2, 2, 2, 1]));
  const blocks = tf.sum(tf.reshape(dy, [2, 2, 2, 2, 2, 1]), [2, 4]);
  expect([...gradient.dataSync()]).toEqual([...blocks.dataSync()]);
});
