import type { GraphNode, Value } from "../../graph.js";
import type { Combine } from "../plain/elementwise.js";
import { input } from "../rule.js";
import type { BlockedContext } from "./blocked-arrays.js";
import type { BlockedRule, BlockedRules } from "./blocked-rule.js";
import { elementwise } from "./elementwise.js";
import { blockedConvolution, nchwc } from "./nchwc.js";

const quickGelu = (builder: BlockedContext["builder"], x: string, alpha: number) =>
  builder.emit("QuickGelu", [x], { alpha: { float: alpha } }, "com.microsoft");

/** dx = dy·s·(1 + x·(1 - s)), where x·(1 - s) = x·sigmoid(-x) is one kernel. */
const siluGradient: Combine = (builder, [dy, x]) => {
  const rest = builder.emit("Add", [quickGelu(builder, x!, -1), builder.scalar("float32", 1)]);
  const slope = builder.emit("Mul", [builder.emit("Sigmoid", [x!]), rest]);
  return builder.emit("Mul", [dy!, slope]);
};

/** A blocked [B, C, H, W] whose planes are looked at one by one: [1, B·C, H, W]. */
interface Planes {
  readonly name: string;
  readonly shape: readonly [number, number, number, number];
}

function planesOf(value: Value, { arrays }: BlockedContext): Planes {
  const [batch, height, width, channels] = value.shape as [number, number, number, number];
  const shape = [1, batch * channels, height, width] as const;
  return { name: arrays.reshape(arrays.getBlocked(value), shape), shape };
}

/** scale·x + shift (+ addend), with one scale and shift a plane: a convolution with 1×1 filters. */
function affine(
  planes: Planes,
  { scale, shift, addend }: { scale: string; shift: string; addend?: string },
  { builder, arrays }: BlockedContext,
): string {
  const [, count] = planes.shape;
  const filter = arrays.reshape(scale, [count, 1, 1, 1]);
  const inputs = [planes.name, filter, shift ? arrays.reshape(shift, [count]) : ""];
  if (addend) inputs.push(addend);
  return blockedConvolution(builder, inputs, { kernel: [1, 1], group: count });
}

/** Σ over each plane of a·b, [B·C]: a convolution of a with b as its filters. */
function dot(a: Planes, b: Planes, { builder, arrays }: BlockedContext): string {
  const [, count, height, width] = a.shape;
  const filter = arrays.reshape(b.name, [count, 1, height, width]);
  const sums = blockedConvolution(builder, [a.name, filter], {
    kernel: [height, width],
    group: count,
  });
  return arrays.reshape(sums, [count]);
}

/** x - mean, with the mean of a group given for each image: [B, G]. */
function centre(x: Value, mean: string, groups: number, context: BlockedContext): Planes {
  const { builder, arrays } = context;
  const [batch, , , channels] = x.shape as [number, number, number, number];
  const planes = planesOf(x, context);
  const negative = builder.emit("Neg", [arrays.reshape(mean, [batch * groups, 1])]);
  const size = builder.ints([batch * groups, channels / groups]);
  const shift = builder.emit("Expand", [negative, size]);
  const ones = arrays.once(`ones ${batch * channels}`, () =>
    builder.constant({
      type: "float32",
      shape: [batch * channels],
      data: new Float32Array(batch * channels).fill(1),
    }),
  );
  return { name: affine(planes, { scale: ones, shift }, context), shape: planes.shape };
}

interface Sides {
  readonly batch: number;
  readonly groups: number;
  /** Channels of a group. */
  readonly members: number;
  /** Rows times columns. */
  readonly places: number;
}

function sidesOf(node: GraphNode): Sides {
  const [batch, height, width, channels] = input(node, "x").shape as [
    number,
    number,
    number,
    number,
  ];
  const { groups } = node.attributes as { groups: number };
  return { batch, groups, members: channels / groups, places: height * width };
}

/** The mean over a group of what is summed over each of its planes: [B·C] → [B, G, 1]. */
function groupMean(sums: string, sides: Sides, { builder, arrays }: BlockedContext): string {
  const { batch, groups, members, places } = sides;
  const grouped = arrays.reshape(sums, [batch, groups, members]);
  const total = builder.emit("ReduceSum", [grouped, builder.ints([2])], { keepdims: { int: 1 } });
  return builder.emit("Mul", [total, builder.scalar("float32", 1 / (members * places))]);
}

/** Two passes, since E[x²] - E[x]² loses all digits where the mean is large beside the deviation. */
const groupNorm: BlockedRule = (node, context) => {
  const { builder, arrays } = context;
  const x = input(node, "x");
  if (!arrays.isBlocked(x)) return false;
  const sides = sidesOf(node);
  const { batch, groups, members } = sides;
  const channelMeans = nchwc(builder, "GlobalAveragePool", [arrays.getBlocked(x)]);
  const inGroups = arrays.reshape(channelMeans, [batch, groups, members]);
  const mean = builder.emit("ReduceMean", [inGroups, builder.ints([2])], { keepdims: { int: 1 } });
  const centred = centre(x, mean, groups, context);
  const variance = groupMean(dot(centred, centred, context), sides, context);
  const epsilon = builder.scalar("float32", (node.attributes as { epsilon: number }).epsilon);
  const deviation = builder.emit("Sqrt", [builder.emit("Add", [variance, epsilon])]);
  const rate = builder.emit("Reciprocal", [deviation]); // [B, G, 1]
  const scale = builder.emit("Mul", [rate, membersOf(node, "scale", context)]); // [B, G, members]
  const size = builder.ints([batch, groups, members]);
  const shift = builder.emit("Expand", [membersOf(node, "shift", context), size]);
  const [y, meanOf, rateOf] = node.outputs as [Value, Value, Value];
  const name = affine(centred, { scale, shift }, context);
  arrays.setBlocked(y, arrays.reshape(name, blockedShape(y)));
  arrays.set(meanOf, arrays.reshape(mean, meanOf.shape));
  arrays.set(rateOf, arrays.reshape(rate, rateOf.shape));
  return true;
};

/** A vector over channels as [1, G, members]. */
function membersOf(node: GraphNode, name: string, { arrays }: BlockedContext): string {
  const { groups, members } = sidesOf(node);
  return arrays.reshape(arrays.get(input(node, name)), [1, groups, members]);
}

function blockedShape({ shape }: Value): number[] {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  return [batch, channels, height, width];
}

/**
 * With r the rate, c the centred x and means over a group:
 * dx = r·scale·dy - r³·mean(scale·dy·c)·c - r·mean(scale·dy); dscale = Σ r·dy·c; dshift = Σ dy.
 */
const groupNormGradient: BlockedRule = (node, context) => {
  const { builder, arrays } = context;
  const x = input(node, "x");
  const dy = input(node, "dy");
  if (!arrays.isBlocked(x) || !arrays.fits(dy)) return false;
  const sides = sidesOf(node);
  const { batch, groups, members, places } = sides;
  const emit = (op: string, ...names: string[]) => builder.emit(op, names);
  const grouped = (name: string) => arrays.reshape(name, [batch, groups, members]);
  const statistic = (name: string) =>
    arrays.reshape(arrays.get(input(node, name)), [batch, groups, 1]);
  const rate = statistic("rate");
  const centred = centre(x, arrays.get(input(node, "mean")), groups, context);
  const gradients = planesOf(dy, context);
  const average = nchwc(builder, "GlobalAveragePool", [arrays.getBlocked(dy)]);
  const sums = emit("Mul", grouped(average), builder.scalar("float32", places));
  const products = emit("Mul", grouped(dot(gradients, centred, context)), rate); // Σ dy·n, n = c·r
  const scale = membersOf(node, "scale", context);
  const level = emit("Mul", groupMean(emit("Mul", sums, scale), sides, context), rate);
  const slope = groupMean(emit("Mul", products, scale), sides, context);
  const spread = (name: string) => emit("Expand", name, builder.ints([batch, groups, members]));
  const back = emit("Neg", emit("Mul", emit("Mul", slope, rate), rate));
  const addend = affine(
    centred,
    { scale: spread(back), shift: spread(emit("Neg", level)) },
    context,
  );
  const forth = emit("Mul", rate, scale);
  const name = affine(gradients, { scale: forth, shift: "", addend }, context);
  const overImages = (sum: string) =>
    builder.emit("ReduceSum", [sum, builder.ints([0])], { keepdims: { int: 0 } });
  const [dx, dscale, dshift] = node.outputs as [Value, Value, Value];
  arrays.setBlocked(dx, arrays.reshape(name, blockedShape(dx)));
  arrays.set(dscale, arrays.reshape(overImages(products), dscale.shape));
  arrays.set(dshift, arrays.reshape(overImages(sums), dshift.shape));
  return true;
};

export const fusedRules: BlockedRules = {
  Silu: elementwise((builder, [x]) => quickGelu(builder, x!, 1)),
  SiluGrad: elementwise(siluGradient),
  GroupNorm: groupNorm,
  GroupNormGrad: groupNormGradient,
};
