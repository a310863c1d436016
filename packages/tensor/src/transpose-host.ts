import { type HostTensor, hostTensor } from "./host-tensor.js";

/** Reorders axes on the host: `axes[i]` is the source's axis that becomes axis i; a matrix is transposed. */
export function transposeHost(tensor: HostTensor, axes: readonly number[] = [1, 0]): HostTensor {
  const { data, shape } = tensor;
  const target = axes.map((axis) => shape[axis]!);
  const sourceStrides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, side) => product * side, 1),
  );
  const strides = axes.map((axis) => sourceStrides[axis]!);
  const values = data.slice();
  // The last axis by itself: weights have hundreds of millions of values.
  const last = target.length - 1;
  const length = target[last] ?? 1;
  const stride = strides[last] ?? 1;
  const index = new Array<number>(target.length).fill(0);
  let source = 0;
  for (let i = 0; i < values.length; i += length) {
    for (let j = 0; j < length; j++) values[i + j] = data[source + j * stride]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      source += strides[axis]!;
      if (index[axis]! < target[axis]!) break;
      source -= strides[axis]! * target[axis]!;
      index[axis] = 0;
    }
  }
  return hostTensor(values, target);
}
