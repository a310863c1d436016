import { type Tensor, tf } from "../tf-core.js";
import { type Attributes, type GradientTable, runKernel } from "./rule.js";

function refuseDilation(attributes: Attributes): void {
  const dilations = attributes.dilations as number | number[] | undefined;
  if (dilations !== undefined && [dilations].flat().some((dilation) => dilation !== 1))
    throw new Error(
      `conv2d: expected dilation 1 where a gradient is wanted, got ${dilations}; use a larger kernel`,
    );
}

/** The three convolutions of a layer are each other's gradients: y(x, w), dx(dy, w), dw(x, dy). */
const forward = (x: Tensor, filter: Tensor, attributes: Attributes) =>
  runKernel("Conv2D", { x, filter }, { ...geometry(attributes), dilations: 1 });
const backInput = (dy: Tensor, filter: Tensor, inputShape: number[], attributes: Attributes) =>
  runKernel("Conv2DBackpropInput", { dy, filter }, { ...geometry(attributes), inputShape });
const backFilter = (x: Tensor, dy: Tensor, filterShape: number[], attributes: Attributes) =>
  runKernel("Conv2DBackpropFilter", { x, dy }, { ...geometry(attributes), filterShape });

const geometry = ({ strides, pad, dataFormat, dimRoundingMode }: Attributes) => ({
  strides,
  pad,
  dataFormat,
  dimRoundingMode,
});

/**
 * tfjs's AvgPool divides by the number of pixels in a window, its AvgPoolGrad by the window's size:
 * where windows reach into the padding, dy is scaled by the ratio.
 */
function fullWindows(dy: Tensor, input: Tensor, attributes: Attributes): Tensor {
  const info = poolInfo(input, attributes as unknown as PoolOptions);
  const { top, bottom, left, right } = info.padInfo;
  if (top === 0 && bottom === 0 && left === 0 && right === 0) return dy;
  const within = (side: number, window: number, start: number) =>
    Math.min(side, start + window) - Math.max(0, start);
  const rows = Array.from({ length: info.outHeight }, (_, row) =>
    within(info.inHeight, info.filterHeight, row * info.strideHeight - top),
  );
  const columns = Array.from({ length: info.outWidth }, (_, column) =>
    within(info.inWidth, info.filterWidth, column * info.strideWidth - left),
  );
  const size = info.filterHeight * info.filterWidth;
  const ratios = rows.flatMap((row) => columns.map((column) => size / (row * column)));
  return tf.mul(dy, tf.tensor(ratios, [1, info.outHeight, info.outWidth, 1]));
}

interface PoolOptions {
  readonly filterSize: number;
  readonly strides: number;
  readonly pad: "same" | "valid" | number;
  readonly dimRoundingMode: "floor";
}

const poolInfo = (input: Tensor, { filterSize, strides, pad, dimRoundingMode }: PoolOptions) =>
  tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );

export const convolutionGradients: GradientTable = {
  Conv2D: {
    inputs: ["x", "filter"],
    gradients: (dy, saved, attributes) => {
      const [x, filter] = saved as [Tensor, Tensor];
      refuseDilation(attributes);
      return {
        x: () => backInput(dy, filter, x.shape, attributes),
        filter: () => backFilter(x, dy, filter.shape, attributes),
      };
    },
  },
  Conv2DBackpropInput: {
    inputs: ["dy", "filter"],
    gradients: (ddx, saved, attributes) => {
      const [dy, filter] = saved as [Tensor, Tensor];
      return {
        dy: () => forward(ddx, filter, attributes),
        filter: () => backFilter(ddx, dy, filter.shape, attributes),
      };
    },
  },
  Conv2DBackpropFilter: {
    inputs: ["x", "dy"],
    gradients: (ddw, saved, attributes) => {
      const [x, dy] = saved as [Tensor, Tensor];
      return {
        x: () => backInput(dy, ddw, x.shape, attributes),
        dy: () => forward(x, ddw, attributes),
      };
    },
  },
  MaxPool: {
    inputs: ["x"],
    output: true,
    gradients: (dy, saved, attributes) => {
      const [input, output] = saved as [Tensor, Tensor];
      return { x: () => runKernel("MaxPoolGrad", { dy, input, output }, attributes) };
    },
  },
  AvgPool: {
    inputs: ["x"],
    gradients: (dy, [input], attributes) => ({
      x: () =>
        runKernel(
          "AvgPoolGrad",
          { dy: fullWindows(dy, input!, attributes), input: input! },
          attributes,
        ),
    }),
  },
  ResizeNearestNeighbor: {
    inputs: ["images"],
    gradients: (dy, [images], attributes) => ({
      images: () => runKernel("ResizeNearestNeighborGrad", { images: images!, dy }, attributes),
    }),
  },
  ResizeBilinear: {
    inputs: ["images"],
    gradients: (dy, [images], attributes) => ({
      images: () => runKernel("ResizeBilinearGrad", { images: images!, dy }, attributes),
    }),
  },
};
