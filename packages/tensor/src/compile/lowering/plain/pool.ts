import { sizeOf } from "../../graph.js";
import type { ModelBuilder } from "../builder.js";
import { arranged, channelsFirst } from "../layout.js";
import { input, type LowerRule, type LowerRules, output } from "../rule.js";
import { convolutionAttributes, convTranspose, windowOf } from "./transposed.js";

const attributesOf = (node: Parameters<LowerRule>[0]) => {
  const { strides, padding, window } = windowOf(node);
  const { strides: s, pads } = convolutionAttributes({ strides, padding, dilations: [1, 1] });
  return { strides: s!, pads: pads!, kernel_shape: { ints: window } };
};

const pool =
  (op: string): LowerRule =>
  (node, { builder, arrays }) => {
    const x = arrays.get(input(node, "x"), channelsFirst);
    arrays.set(output(node), builder.emit(op, [x], attributesOf(node)), channelsFirst);
  };

/** Each window's gradient goes to the place of its largest element, which MaxPool can name. */
const maxPoolBack: LowerRule = (node, { builder, arrays }) => {
  const x = input(node, "input");
  const images = arrays.get(x, channelsFirst);
  const attributes = attributesOf(node);
  const [, places] = builder.emitMany({ op: "MaxPool", inputs: [images], attributes }, 2);
  const flat = (name: string) => builder.emit("Reshape", [name, builder.ints([-1])]);
  const zeros = zerosOf(builder, sizeOf(x.shape));
  const dy = arrays.get(input(node, "dy"), channelsFirst);
  const scattered = builder.emit("ScatterElements", [zeros, flat(places!), flat(dy)], {
    axis: { int: 0 },
    reduction: { string: "add" },
  });
  const dx = arrays.reshape(scattered, arranged(x.shape, channelsFirst));
  arrays.set(output(node), dx, channelsFirst);
};

const zerosOf = (builder: ModelBuilder, size: number) =>
  builder.emit("Expand", [builder.scalar("float32", 0), builder.ints([size])]);

/** Spreads each window's gradient evenly: a transposed convolution with a constant filter. */
const averagePoolBack: LowerRule = (node, context) => {
  const { window } = windowOf(node);
  const channels = output(node).shape[3]!;
  const shape = [channels, 1, ...window];
  const data = new Float32Array(sizeOf(shape)).fill(1 / (window[0] * window[1]));
  const filter = context.builder.constant({ type: "float32", shape, data });
  convTranspose(node, { filter, group: channels }, context);
};

export const poolRules: LowerRules = {
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AveragePool"),
  MaxPoolGrad: maxPoolBack,
  AvgPoolGrad: averagePoolBack,
};
