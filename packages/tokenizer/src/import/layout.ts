import { type HostTensor, hostTensor } from "@fqgan/tensor";

/** Reorders axes on the host: `axes[i]` is the source's axis that becomes axis i. */
export function transposeHost(tensor: HostTensor, axes: readonly number[]): HostTensor {
  const { data, shape } = tensor;
  const target = axes.map((axis) => shape[axis]!);
  const sourceStrides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, side) => product * side, 1),
  );
  const strides = axes.map((axis) => sourceStrides[axis]!);
  const values = data.slice();
  const index = new Array<number>(target.length).fill(0);
  let source = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = data[source]!;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      source += strides[axis]!;
      if (index[axis]! < target[axis]!) break;
      source -= strides[axis]! * target[axis]!;
      index[axis] = 0;
    }
  }
  return hostTensor(values, target);
}

/**
 * A variable of ours from PyTorch's: kernels OIHW → HWIO, and [out, in] or that of a 1×1 convolution
 * [out, in, 1, 1] → [in, out]; everything else as it is.
 * @param rank of the variable
 */
export function fromTorch(name: string, tensor: HostTensor, rank: number): HostTensor {
  if (!name.endsWith("kernel")) return tensor;
  if (rank === 4) return transposeHost(tensor, [2, 3, 1, 0]);
  const matrix = hostTensor(tensor.data, tensor.shape.slice(0, 2));
  return transposeHost(matrix, [1, 0]);
}
