import type { GraphNode } from "../../graph.js";
import { channelsFirst } from "../layout.js";
import { input, type LoweringContext, type LowerRule, type LowerRules } from "../rule.js";
import { type Combine, elementwise } from "./elementwise.js";

const silu: Combine = (builder, [x]) => builder.emit("Mul", [x!, builder.emit("Sigmoid", [x!])]);

/** dx = dy·s·(1 + x·(1 - s)) with s = sigmoid(x). */
const siluGradient: Combine = (builder, [dy, x]) => {
  const one = builder.scalar("float32", 1);
  const sigmoid = builder.emit("Sigmoid", [x!]);
  const rest = builder.emit("Mul", [x!, builder.emit("Sub", [one, sigmoid])]);
  const slope = builder.emit("Mul", [sigmoid, builder.emit("Add", [rest, one])]);
  return builder.emit("Mul", [dy!, slope]);
};

const groupsOf = (node: GraphNode) => (node.attributes as { groups: number }).groups;

/** x, channels first, with its groups together: [B, G, C/G·H·W]. */
function grouped(name: string, node: GraphNode, { arrays }: LoweringContext): string {
  const [batch] = input(node, "x").shape as [number];
  return arrays.reshape(name, [batch, groupsOf(node), -1]);
}

/** [C], to be multiplied with [B, C, H, W]. */
const perChannel = (node: GraphNode, name: string, { arrays }: LoweringContext) =>
  arrays.reshape(arrays.get(input(node, name)), [-1, 1, 1]);

const mean = (name: string, axes: readonly number[], { builder }: LoweringContext) =>
  builder.emit("ReduceMean", [name, builder.ints(axes)], { keepdims: { int: 1 } });

const groupNorm: LowerRule = (node, context) => {
  const { builder, arrays } = context;
  const x = input(node, "x");
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const groups = grouped(arrays.get(x, channelsFirst), node, context);
  const average = mean(groups, [2], context); // [B, G, 1]
  const centred = builder.emit("Sub", [groups, average]);
  const variance = mean(builder.emit("Mul", [centred, centred]), [2], context);
  const epsilon = builder.scalar("float32", (node.attributes as { epsilon: number }).epsilon);
  const deviation = builder.emit("Sqrt", [builder.emit("Add", [variance, epsilon])]);
  const rate = builder.emit("Reciprocal", [deviation]);
  const normal = arrays.reshape(builder.emit("Mul", [centred, rate]), [
    batch,
    channels,
    height,
    width,
  ]);
  const scaled = builder.emit("Mul", [normal, perChannel(node, "scale", context)]);
  const shifted = builder.emit("Add", [scaled, perChannel(node, "shift", context)]);
  const [y, meanOf, rateOf] = node.outputs as [typeof x, typeof x, typeof x];
  arrays.set(y, shifted, channelsFirst);
  arrays.set(meanOf, arrays.reshape(average, meanOf.shape));
  arrays.set(rateOf, arrays.reshape(rate, rateOf.shape));
};

/** dx = r·(g - mean(g) - n·mean(g·n)) with n the normalised x and g = scale·dy, means over a group. */
const groupNormGradient: LowerRule = (node, context) => {
  const { builder, arrays } = context;
  const x = input(node, "x");
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const dy = arrays.get(input(node, "dy"), channelsFirst);
  const statistic = (name: string) =>
    arrays.reshape(arrays.get(input(node, name)), [batch, groupsOf(node), 1]);
  const rate = statistic("rate");
  const groups = grouped(arrays.get(x, channelsFirst), node, context);
  const centred = builder.emit("Sub", [groups, statistic("mean")]);
  const normal = builder.emit("Mul", [centred, rate]);
  const whole = [batch, channels, height, width];
  const sum = (name: string) =>
    builder.emit("ReduceSum", [name, builder.ints([0, 2, 3])], { keepdims: { int: 0 } });
  const product = builder.emit("Mul", [dy, arrays.reshape(normal, whole)]);
  const scaled = builder.emit("Mul", [dy, perChannel(node, "scale", context)]);
  const inGroups = grouped(scaled, node, context);
  const slope = mean(builder.emit("Mul", [inGroups, normal]), [2], context);
  const level = builder.emit("Sub", [inGroups, mean(inGroups, [2], context)]);
  const rest = builder.emit("Sub", [level, builder.emit("Mul", [normal, slope])]);
  const [dx, dscale, dshift] = node.outputs as [typeof x, typeof x, typeof x];
  arrays.set(dx, arrays.reshape(builder.emit("Mul", [rest, rate]), whole), channelsFirst);
  arrays.set(dscale, sum(product));
  arrays.set(dshift, sum(dy));
};

export const fusedRules: LowerRules = {
  Silu: elementwise(silu),
  SiluGrad: elementwise(siluGradient),
  GroupNorm: groupNorm,
  GroupNormGrad: groupNormGradient,
};
