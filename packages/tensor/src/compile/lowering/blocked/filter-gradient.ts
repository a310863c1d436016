import type { GraphNode } from "../../graph.js";
import { input, output } from "../rule.js";
import type { BlockedContext } from "./blocked-arrays.js";
import { type BlockedRule, windowOf } from "./blocked-rule.js";
import { fill } from "./filters.js";
import { blockedConvolution, nchwc, roundUp } from "./nchwc.js";

/**
 * ONNX Runtime shares a convolution's work out by rows of what it makes and fours of blocks of outputs.
 * With fewer shares than this, threads wait for each other.
 */
const leastShares = 6;

/**
 * dW[r, c, i, o] = Σ over n, y, x of X[n, sy + r, sx + c, i] · dy[n, y, x, o], with X the padded images.
 * That is again a convolution: its channels are the images n; its image is X[n, row, (column, i)] as it
 * lies in memory, channels last; its filter is dy, with taps a stride of rows and a stride of columns
 * apart (a dilation of s and s·I); what it makes at (r, c·I + i) is dW. ONNX Runtime's kernel for an
 * image of few channels reads X without blocks, so nothing but the padding has to be moved.
 */
export const filterGradient: BlockedRule = (node, context) => {
  const { builder, arrays } = context;
  const dy = input(node, "dy");
  const { dilations, window } = windowOf(node);
  if (dilations[0] !== 1 || dilations[1] !== 1) return false;
  const { block } = arrays;
  const [batch, , , outputs] = dy.shape as [number, number, number, number];
  const inputs = input(node, "x").shape[3]!;
  const filled = roundUp(outputs, block);
  const images = paddedImages(node, context);
  const gradients = arrays.fits(dy) ? arrays.getBlocked(dy) : blockedByFilling(node, context);
  // Either fewer channels than a block, or whole blocks of them, can be told apart in one convolution.
  const isWhole = batch < block || batch % block === 0;
  const counts = isWhole ? [batch] : evenParts(batch, block - 1);
  const imageParts = split(images.name, counts, context);
  const gradientParts = split(gradients, counts, context);
  let sum: string | undefined;
  for (const [part, count] of counts.entries()) {
    const image = [1, count, images.rows, images.columns * inputs];
    const terms = {
      image: arrays.reshape(imageParts[part]!, image),
      gradient: gradientParts[part]!,
      count,
      sum,
    };
    sum = correlate(node, terms, context);
  }
  const blocked = arrays.reshape(sum!, [filled / block, ...window, inputs, block]);
  const ordered = builder.emit("Transpose", [blocked], { perm: { ints: [1, 2, 3, 0, 4] } });
  const whole = arrays.reshape(ordered, [...window, inputs, filled]);
  const bounds = [0, outputs, 3].map((bound) => builder.ints([bound]));
  const cut = filled === outputs ? whole : builder.emit("Slice", [whole, ...bounds]);
  arrays.set(output(node), cut);
  return true;
};

/** `total` as parts of almost one size, none larger than `most`. */
function evenParts(total: number, most: number): number[] {
  const parts = Math.ceil(total / most);
  const bound = (part: number) => Math.floor((part * total) / parts);
  return Array.from({ length: parts }, (_, part) => bound(part + 1) - bound(part));
}

function split(name: string, sizes: readonly number[], { builder }: BlockedContext) {
  if (sizes.length === 1) return [name];
  const attributes = { axis: { int: 0 } };
  const inputs = [name, builder.ints(sizes)];
  return builder.emitMany({ op: "Split", inputs, attributes }, sizes.length);
}

/** What a part of the batch adds to dW: [O/block, kh, kw·I, block]. */
function correlate(
  node: GraphNode,
  terms: { image: string; gradient: string; count: number; sum: string | undefined },
  context: BlockedContext,
): string {
  const { builder, arrays } = context;
  const { image, gradient, count, sum } = terms;
  const { strides, window } = windowOf(node);
  const inputs = input(node, "x").shape[3]!;
  const [, rows, columns, outputs] = input(node, "dy").shape as [number, number, number, number];
  const filled = roundUp(outputs, arrays.block);
  const kernel = [rows, columns] as const;
  const dilations = [strides[0], strides[1] * inputs] as const;
  const groups = groupsOf(count, Math.ceil(filled / (4 * arrays.block)) * window[0], arrays.block);
  const filter = imagesInFilter(gradient, { count, groups, rows, columns, filled }, context);
  const operands = [image, filter, ...(sum && groups === 1 ? ["", sum] : [])];
  const made = blockedConvolution(builder, operands, { kernel, dilations, group: groups });
  if (groups === 1) return made;
  const apart = arrays.reshape(made, [groups, filled * window[0] * window[1] * inputs]);
  const whole = builder.emit("ReduceSum", [apart, builder.ints([0])], { keepdims: { int: 0 } });
  return sum ? builder.emit("Add", [sum, whole]) : whole;
}

/** In how many groups images are convolved apart, each of fewer than a block, and added up afterwards. */
function groupsOf(count: number, shares: number, block: number): number {
  let groups = 1;
  while (count % groups !== 0 || count / groups >= block || shares * groups < leastShares) {
    if (groups >= count) return count;
    groups += 1;
  }
  return groups;
}

/** x with the padding that the forward convolution gave it, cut to what its windows reached. */
function paddedImages(node: GraphNode, { builder, arrays }: BlockedContext) {
  const x = input(node, "x");
  const dy = input(node, "dy");
  const { padding, strides, window } = windowOf(node);
  const reached = (axis: 0 | 1) => window[axis] + strides[axis] * (dy.shape[axis + 1]! - 1);
  const [rows, columns] = [reached(0), reached(1)];
  const { top, left } = padding;
  const pads = [top, left, rows - top - x.shape[1]!, columns - left - x.shape[2]!];
  const name = arrays.get(x);
  if (pads.every((count) => count === 0)) return { name, rows, columns };
  const [before, after] = [pads.slice(0, 2), pads.slice(2)];
  const padded = builder.emit("Pad", [name, builder.ints([0, ...before, 0, 0, ...after, 0])]);
  return { name: padded, rows, columns };
}

/** dy with channels filled up to whole blocks. */
function blockedByFilling(node: GraphNode, { builder, arrays }: BlockedContext): string {
  const dy = input(node, "dy");
  const missing = roundUp(dy.shape[3]!, arrays.block) - dy.shape[3]!;
  const filled = fill(arrays.get(dy), [0, 0, 0, missing], arrays);
  return nchwc(builder, "ReorderInput", [filled], { channels_last: { int: 1 } });
}

/** [n, O, H, W] in blocks → filters of n/groups channels for O outputs: [groups·O/block, n/groups, H, W, block]. */
function imagesInFilter(
  name: string,
  sides: { count: number; groups: number; rows: number; columns: number; filled: number },
  { builder, arrays }: BlockedContext,
): string {
  const { count, groups, rows, columns, filled } = sides;
  const blocks = filled / arrays.block;
  const images = count / groups;
  const apart = arrays.reshape(name, [groups, images, blocks, rows * columns * arrays.block]);
  const ordered =
    images === 1 || blocks === 1
      ? apart
      : builder.emit("Transpose", [apart], { perm: { ints: [0, 2, 1, 3] } });
  return arrays.reshape(ordered, [groups * filled, images, rows, columns]);
}
