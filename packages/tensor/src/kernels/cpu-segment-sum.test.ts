import { describe, expect, it } from "vitest";
import { createKey, normal, randomBits } from "../random.js";
import { tf } from "../tf.js";

describe("unsortedSegmentSum on the cpu backend", () => {
  it("adds rows up by segment; segments without a row are zero", () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2], "int32"), 4);
    expect(sums.arraySync()).toEqual([
      [3, 4],
      [0, 0],
      [6, 8],
      [0, 0],
    ]);
  });

  it("leaves out ids beyond the segments, as others do", () => {
    const sums = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4]), tf.tensor1d([-1, 0, 3], "int32"), 3);
    expect([...sums.dataSync()]).toEqual([2, 0, 0]);
  });

  it("is the product with a one-hot matrix", () => {
    const ids = Int32Array.from(randomBits(createKey(1), 200), (word) => word % 7);
    const x = tf.tensor3d(normal(createKey(0), 200 * 3 * 2), [200, 3, 2]);
    const sums = tf.unsortedSegmentSum(x, tf.tensor1d(ids, "int32"), 7);
    const picked = tf.oneHot(tf.tensor1d(ids, "int32"), 7, 1, 0, "float32"); // [200, 7]
    const expected = tf.matMul(picked, tf.reshape(x, [200, 6]), true).dataSync(); // [7, 6]
    expect(sums.shape).toEqual([7, 3, 2]);
    for (const [i, value] of sums.dataSync().entries()) expect(value).toBeCloseTo(expected[i]!, 4);
  });
});
