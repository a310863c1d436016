import type { Value } from "../../graph.js";
import { channelsFirst, type Layout } from "../layout.js";
import { input, type LoweringContext, type LowerRule, type LowerRules, output } from "../rule.js";
import { filterGradient } from "./filter-gradient.js";
import { convolutionAttributes, convTranspose, windowOf } from "./transposed.js";

export { convolutionAttributes, windowOf } from "./transposed.js";

/** tfjs's [kh, kw, I, O] in memory as ONNX's Conv wants it: [O, I, kh, kw]. */
export const outputsFirst: Layout = [3, 2, 0, 1];
/** … and for a convolution back to the inputs: [I, O, kh, kw]. */
export const inputsFirst: Layout = [2, 3, 0, 1];

const forward: LowerRule = (node, { builder, arrays }) => {
  const inputs = [
    arrays.get(input(node, "x"), channelsFirst),
    arrays.get(input(node, "filter"), outputsFirst),
  ];
  const { bias } = node.inputs;
  if (bias) inputs.push(arrays.reshape(arrays.get(bias), [bias.shape.at(-1)!]));
  const y = builder.emit("Conv", inputs, convolutionAttributes(windowOf(node)));
  arrays.set(output(node), y, channelsFirst);
};

/** A filter turned by 180°: [I, O, kh, kw]. */
function turned(filter: Value, { builder, arrays }: LoweringContext): string {
  const name = arrays.get(filter, inputsFirst);
  const [rows, columns] = filter.shape as [number, number];
  if (rows === 1 && columns === 1) return name;
  const vector = (value: number) => builder.ints([value, value]);
  const bounds = [vector(-1), vector(-(2 ** 31)), builder.ints([2, 3]), vector(-1)];
  return builder.emit("Slice", [name, ...bounds]);
}

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
    const filter = arrays.get(input(node, "filter"), outputsFirst);
    convTranspose(node, { filter, group: 1 }, context);
    return;
  }
  const inputs = [
    arrays.get(input(node, "dy"), channelsFirst),
    turned(input(node, "filter"), context),
  ];
  const attributes = convolutionAttributes({ strides: [1, 1], dilations: [1, 1], padding: pads });
  arrays.set(output(node), builder.emit("Conv", inputs, attributes), channelsFirst);
};

/** [kh, kw, C, M] as one filter a channel: [C·M, 1, kh, kw]. */
function depthwiseFilter(filter: Value, { arrays }: LoweringContext): string {
  const [rows, columns, channels, multiplier] = filter.shape as [number, number, number, number];
  const shape = [channels * multiplier, 1, rows, columns];
  return arrays.reshape(arrays.get(filter, inputsFirst), shape);
}

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
