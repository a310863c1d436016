import { type HostTensor, hostTensor, transposeHost } from "@fqgan/tensor";

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
