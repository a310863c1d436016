import { channelsFirst } from "../layout.js";
import { input, type LowerRule, type LowerRules, output } from "../rule.js";
import { filterGradient } from "./filter-gradient.js";
import { depthwiseFilter, forwardFilter, turnedFilter } from "./filters.js";
import { convolutionAttributes, convTranspose, windowOf } from "./transposed.js";

export { convolutionAttributes, windowOf } from "./transposed.js";

const forward: LowerRule = (node, context) => {
  const { builder, arrays } = context;
  const inputs = [
    arrays.get(input(node, "x"), channelsFirst),
    forwardFilter(input(node, "filter"), context),
  ];
  const { bias } = node.inputs;
  if (bias) inputs.push(arrays.reshape(arrays.get(bias), [bias.shape.at(-1)!]));
  const sums = builder.emit("Conv", inputs, convolutionAttributes(windowOf(node)));
  const { activation } = node.attributes as { activation?: string };
  const y = activation ? builder.emit(activation, [sums]) : sums;
  arrays.set(output(node), y, channelsFirst);
};

/**
 * dx of a convolution with stride 1 is the convolution of dy with the turned filter, which is faster
 * than ONNX Runtime's ConvTranspose. Its padding is what the forward one left out.
 */
const backward: LowerRule = (node, context) => {
  const { builder, arrays } = context;
  const { strides, padding, window } = windowOf(node);
  const rest = (axis: 0 | 1, width: number) => window[axis] - 1 - width;
  const pads = {
    top: rest(0, padding.top),
    bottom: rest(0, padding.bottom),
    left: rest(1, padding.left),
    right: rest(1, padding.right),
  };
  const plain = strides[0] === 1 && strides[1] === 1 && Math.min(...Object.values(pads)) >= 0;
  if (!plain) {
    const filter = forwardFilter(input(node, "filter"), context);
    convTranspose(node, { filter, group: 1 }, context);
    return;
  }
  const inputs = [
    arrays.get(input(node, "dy"), channelsFirst),
    turnedFilter(input(node, "filter"), context),
  ];
  const attributes = convolutionAttributes({ strides: [1, 1], dilations: [1, 1], padding: pads });
  arrays.set(output(node), builder.emit("Conv", inputs, attributes), channelsFirst);
};

const depthwise: LowerRule = (node, context) => {
  const { builder, arrays } = context;
  const x = input(node, "x");
  const inputs = [arrays.get(x, channelsFirst), depthwiseFilter(input(node, "filter"), context)];
  const attributes = convolutionAttributes(windowOf(node), x.shape[3]!);
  arrays.set(output(node), builder.emit("Conv", inputs, attributes), channelsFirst);
};

export const convolutionRules: LowerRules = {
  Conv2D: forward,
  Conv2DBackpropInput: backward,
  Conv2DBackpropFilter: filterGradient,
  DepthwiseConv2dNative: depthwise,
};
