import type { GraphNode, Value } from "../../graph.js";
import { channelsFirst } from "../layout.js";
import { input, output } from "../rule.js";
import type { BlockedContext } from "./blocked-arrays.js";
import { type BlockedRule, windowOf } from "./blocked-rule.js";
import { backwardFilter, fill, forwardFilter } from "./filters.js";
import { blockedConvolution, roundUp } from "./nchwc.js";

/** Images as the blocked convolution reads them, or nothing where their channels fill no block. */
function imagesOf(value: Value, { arrays }: BlockedContext): string | undefined {
  if (arrays.fits(value)) return arrays.getBlocked(value);
  return value.shape[3]! < arrays.block ? arrays.get(value, channelsFirst) : undefined;
}

/** Keeps what a blocked convolution made; channels that only fill a block are cut off. */
function keep(value: Value, name: string, { arrays }: BlockedContext): void {
  if (arrays.fits(value)) arrays.setBlocked(value, name);
  else arrays.set(value, arrays.unblock(name, { channels: value.shape[3]!, channelsLast: true }));
}

/** The bias that was fused into a convolution, `copies` times, filled up to whole blocks. */
function biasOf(node: GraphNode, copies: number, { builder, arrays }: BlockedContext): string[] {
  const { bias } = node.inputs;
  if (!bias) return [];
  const channels = output(node).shape[3]!;
  const vector = arrays.reshape(arrays.get(bias), [channels]);
  const filled = fill(vector, [roundUp(channels, arrays.block) - channels], arrays);
  if (copies === 1) return [filled];
  const inputs = new Array<string>(copies).fill(filled);
  return [builder.emit("Concat", inputs, { axis: { int: 0 } })];
}

const forward: BlockedRule = (node, context) => {
  const { builder } = context;
  const filter = input(node, "filter");
  const { strides, dilations, padding, window } = windowOf(node);
  const images = imagesOf(input(node, "x"), context);
  if (!images) return false;
  const inputs = [images, forwardFilter(filter, context), ...biasOf(node, 1, context)];
  const { top, left, bottom, right } = padding;
  const y = blockedConvolution(builder, inputs, {
    kernel: window,
    pads: [top, left, bottom, right],
    strides,
    dilations,
    ...(node.attributes.activation === "Relu" && { activation: "Relu" }),
  });
  keep(output(node), y, context);
  return true;
};

/** How dx's convolution moves over dy along one axis. */
interface Sweep {
  /** Zeros before and after dy. */
  readonly before: number;
  readonly after: number;
  /** Places that it makes for each phase. */
  readonly places: number;
  /** Rows before the first of dx. */
  readonly skipped: number;
}

/** dx[y] = Σ dy[q - t]·w[s·t + r] with y + padding = s·q + r. */
function sweep(side: { dx: number; dy: number; stride: number; window: number; padding: number }) {
  const { dx, dy, stride, window, padding } = side;
  const taps = Math.ceil(window / stride);
  const first = Math.floor(padding / stride);
  const places = Math.floor((padding + dx - 1) / stride) - first + 1;
  const before = taps - 1 - first;
  const after = places - dy - before + taps - 1;
  return { before, after, places, skipped: padding - stride * first } satisfies Sweep;
}

const backward: BlockedRule = (node, context) => {
  const { builder } = context;
  const dy = input(node, "dy");
  const filter = input(node, "filter");
  const dx = output(node);
  const { strides, dilations, padding, window } = windowOf(node);
  const axis = (index: 0 | 1, before: number): Sweep =>
    sweep({
      dx: dx.shape[index + 1]!,
      dy: dy.shape[index + 1]!,
      stride: strides[index],
      window: window[index],
      padding: before,
    });
  const rows = axis(0, padding.top);
  const columns = axis(1, padding.left);
  const pads = [rows.before, columns.before, rows.after, columns.after] as const;
  if (dilations[0] !== 1 || dilations[1] !== 1 || Math.min(...pads) < 0) return false;
  const images = imagesOf(dy, context);
  if (!images) return false;
  const inputs = [
    images,
    backwardFilter(filter, strides, context),
    ...biasOf(node, strides[0] * strides[1], context),
  ];
  const phases = blockedConvolution(builder, inputs, {
    kernel: [Math.ceil(window[0] / strides[0]), Math.ceil(window[1] / strides[1])],
    pads,
  });
  keep(dx, interleave(phases, { dx, strides, rows, columns }, context), context);
  return true;
};

/** [B, sh·sw·I, places, places] → [B, I, H, W], both in blocks. */
function interleave(
  name: string,
  options: { dx: Value; strides: readonly [number, number]; rows: Sweep; columns: Sweep },
  { builder, arrays }: BlockedContext,
): string {
  const { dx, strides, rows, columns } = options;
  if (strides[0] === 1 && strides[1] === 1) return name;
  const { block } = arrays;
  const [batch, height, width, channels] = dx.shape as [number, number, number, number];
  const blocks = roundUp(channels, block) / block;
  const split = [batch, ...strides, blocks, rows.places, columns.places, block];
  const joined = builder.emit("Transpose", [arrays.reshape(name, split)], {
    perm: { ints: [0, 3, 4, 1, 5, 2, 6] },
  });
  const sides = [strides[0] * rows.places, strides[1] * columns.places];
  const whole = arrays.reshape(joined, [batch, blocks, ...sides, block]);
  const starts = [rows.skipped, columns.skipped];
  const exact = sides[0] === height && sides[1] === width;
  const cut = exact
    ? whole
    : builder.emit("Slice", [
        whole,
        builder.ints(starts),
        builder.ints([starts[0]! + height, starts[1]! + width]),
        builder.ints([2, 3]),
      ]);
  return arrays.reshape(cut, [batch, blocks * block, height, width]);
}

export const convolutionRules = { Conv2D: forward, Conv2DBackpropInput: backward };
