import type { Tensor } from "../tf-core.js";
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
  DepthwiseConv2dNative: {
    inputs: ["x", "filter"],
    gradients: (dy, saved, attributes) => {
      const [x, filter] = saved as [Tensor, Tensor];
      refuseDilation(attributes);
      const { strides, pad, dimRoundingMode } = attributes;
      const common = { strides, pad, dimRoundingMode, dilations: [1, 1] };
      return {
        x: () =>
          runKernel(
            "DepthwiseConv2dNativeBackpropInput",
            { dy, filter },
            { ...common, inputShape: x.shape },
          ),
        filter: () =>
          runKernel(
            "DepthwiseConv2dNativeBackpropFilter",
            { x, dy },
            { ...common, filterShape: filter.shape },
          ),
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
      x: () => runKernel("AvgPoolGrad", { dy, input: input! }, attributes),
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
