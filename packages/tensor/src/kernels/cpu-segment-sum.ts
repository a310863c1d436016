/**
 * Replaces unsortedSegmentSum of tfjs's cpu backend, which goes through all rows once a segment: the gradient
 * of a codebook of K codes took K passes, and nearly all of the time of a training step in a browser.
 */
import { tf } from "../tf-core.js";

interface CpuBackend {
  readonly data: { get(dataId: tf.DataId): { values: ArrayLike<number> } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

const kernelName = "UnsortedSegmentSum";

tf.unregisterKernel(kernelName, "cpu");
tf.registerKernel({
  kernelName,
  backendName: "cpu",
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
    const { numSegments } = attrs as unknown as { numSegments: number };
    const cpu = backend as CpuBackend;
    const rows = cpu.data.get(x.dataId).values; // [N, …rest]
    const segments = cpu.data.get(segmentIds.dataId).values; // [N]
    const rest = x.shape.slice(1);
    const length = tf.util.sizeFromShape(rest);
    const sums = new Float64Array(numSegments * length); // float64, as the kernel that it replaces
    for (let row = 0; row < segments.length; row++) {
      const segment = segments[row]!;
      if (segment < 0 || segment >= numSegments) continue;
      for (let i = 0; i < length; i++) sums[segment * length + i]! += rows[row * length + i]!;
    }
    return cpu.makeTensorInfo([numSegments, ...rest], "float32", Float32Array.from(sums));
  },
});
