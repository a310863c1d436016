/**
 * Replaces two gradient kernels of tfjs's cpu backend: the one of resizeNearestNeighbor reads the
 * wrong image when the batch is larger than 1, the one of resizeBilinear fails on images that are not
 * square; both ignore `halfPixelCenters`.
 */
import { tf } from "../tf-core.js";
import { bilinearMixes, type Mix, nearestMixes, type ResizeGeometry } from "./weights.js";

interface CpuBackend {
  readonly data: { get(dataId: tf.DataId): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

/** dx[place] = Σ weight · dy, over rows and columns: the transpose of the resize. */
function resizeBack(
  dy: Float32Array,
  shape: { images: readonly number[]; dy: readonly number[] },
  mixes: { rows: readonly Mix[]; columns: readonly Mix[] },
): Float32Array {
  const [batch, height, width, channels] = shape.images as [number, number, number, number];
  const [, rows, columns] = shape.dy as [number, number, number, number];
  const dx = new Float32Array(batch * height * width * channels);
  for (let image = 0; image < batch; image++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const from = ((image * rows + row) * columns + column) * channels;
        for (const y of mixes.rows[row]!)
          for (const x of mixes.columns[column]!) {
            const to = ((image * height + y.place) * width + x.place) * channels;
            const weight = y.weight * x.weight;
            for (let c = 0; c < channels; c++) dx[to + c]! += weight * dy[from + c]!;
          }
      }
  return dx;
}

const replaced = {
  ResizeNearestNeighborGrad: nearestMixes,
  ResizeBilinearGrad: bilinearMixes,
};

for (const [kernelName, mixes] of Object.entries(replaced)) {
  tf.unregisterKernel(kernelName, "cpu");
  tf.registerKernel({
    kernelName,
    backendName: "cpu",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { images, dy } = inputs as { images: tf.TensorInfo; dy: tf.TensorInfo };
      const { alignCorners = false, halfPixelCenters = false } = (attrs ?? {}) as Record<
        string,
        boolean
      >;
      const along = (axis: 1 | 2): Mix[] => {
        const sides = { from: images.shape[axis]!, to: dy.shape[axis]! };
        return mixes({ ...sides, alignCorners, halfPixelCenters } satisfies ResizeGeometry);
      };
      const cpu = backend as CpuBackend;
      const values = resizeBack(
        cpu.data.get(dy.dataId).values,
        { images: images.shape, dy: dy.shape },
        { rows: along(1), columns: along(2) },
      );
      return cpu.makeTensorInfo(images.shape, "float32", values);
    },
  });
}
