import { expect, it } from "vitest";
import { hostTensor } from "./host-tensor.js";
import { tf } from "./tf.js";
import { transposeHost } from "./transpose-host.js";

it.each([
  [[2, 3], undefined],
  [
    [2, 3, 4],
    [2, 0, 1],
  ],
  [
    [2, 3, 4, 5],
    [2, 3, 1, 0],
  ],
  [
    [2, 3, 4, 5],
    [0, 1, 2, 3],
  ],
  [[7], [0]],
] as [number[], number[] | undefined][])("moves %j to %j as tfjs does", (shape, axes) => {
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Float32Array.from({ length: size }, (_, i) => i);
  const moved = transposeHost(hostTensor(values, shape), axes);
  const expected = tf.tidy(() => {
    const turned = tf.transpose(tf.tensor(values, shape), axes);
    return { shape: turned.shape, data: turned.dataSync().slice() };
  });
  expect(moved).toEqual({ dtype: "float32", ...expected });
});

it("keeps the type, and a scalar as it is", () => {
  const whole = hostTensor(Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  expect(transposeHost(whole).data).toEqual(Int32Array.of(1, 4, 2, 5, 3, 6));
  const scalar = hostTensor(Int32Array.of(5), []);
  expect(transposeHost(scalar, [])).toEqual(scalar);
});
