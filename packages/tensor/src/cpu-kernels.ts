/**
 * Corrections of tfjs's cpu backend, which this project takes as the reference for every other engine.
 * Its gradient of nearest-neighbour resizing reads every image's gradient at the input's batch stride
 * (tfjs 4.22), which is wrong beyond the first image.
 */
import * as tf from "@tensorflow/tfjs-core";

interface CpuBackend {
  data: { get(dataId: object): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: "float32", values: Float32Array): tf.TensorInfo;
}

/** The index of the input row (or column) that each output row repeats. */
function sources(inputs: number, outputs: number, alignCorners: boolean): number[] {
  const corners = alignCorners && outputs > 1;
  const scale = corners ? (inputs - 1) / (outputs - 1) : inputs / outputs;
  return Array.from({ length: outputs }, (_, i) =>
    Math.min(inputs - 1, alignCorners ? Math.round(i * scale) : Math.floor(i * scale)),
  );
}

/** Adds dy [B, H′, W′, C] up over the outputs that each input of [B, H, W, C] was repeated in. */
const resizeNearestNeighborGradient: tf.KernelFunc = ({ inputs, backend, attrs }) => {
  const cpu = backend as CpuBackend;
  const { images, dy } = inputs as unknown as Record<"images" | "dy", tf.TensorInfo>;
  const alignCorners = (attrs as unknown as { alignCorners: boolean }).alignCorners;
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const rows = sources(height, dy.shape[1]!, alignCorners);
  const columns = sources(width, dy.shape[2]!, alignCorners);
  const values = cpu.data.get(dy.dataId).values;
  const sums = new Float32Array(batch * height * width * channels);
  let from = 0;
  for (let image = 0; image < batch; image++)
    for (const row of rows)
      for (const column of columns) {
        const to = ((image * height + row) * width + column) * channels;
        for (let channel = 0; channel < channels; channel++) sums[to + channel]! += values[from++]!;
      }
  return cpu.makeTensorInfo(images.shape, "float32", sums);
};

tf.unregisterKernel("ResizeNearestNeighborGrad", "cpu");
tf.registerKernel({
  kernelName: "ResizeNearestNeighborGrad",
  backendName: "cpu",
  kernelFunc: resizeNearestNeighborGradient,
});
