import type { GraphNode } from "../../graph.js";
import { input, output } from "../rule.js";
import type { BlockedContext } from "./blocked-arrays.js";
import { type BlockedRule, windowOf } from "./blocked-rule.js";
import { fill } from "./filters.js";
import { blockedConvolution, nchwc, roundUp } from "./nchwc.js";

/**
 * dW[r, c, i, o] = Σ over n, y, x of X[n, sy + r, sx + c, i] · dy[n, y, x, o], with X the padded images.
 * That is again a convolution: its channels are the images n; its image is X[n, row, (column, i)] as it
 * lies in memory, channels last; its filter is dy, with taps a stride of rows and a stride of columns
 * apart (a dilation of s and s·I); what it makes at (r, c·I + i) is dW. ONNX Runtime's kernel for an
 * image of few channels reads X without blocks, so nothing but the padding has to be moved.
 */
export const filterGradient: BlockedRule = (node, context) => {
  const { builder, arrays } = context;
  const x = input(node, "x");
  const dy = input(node, "dy");
  const { dilations, strides, window } = windowOf(node);
  if (dilations[0] !== 1 || dilations[1] !== 1) return false;
  const { block } = arrays;
  const [batch, rows, columns, outputs] = dy.shape as [number, number, number, number];
  const inputs = x.shape[3]!;
  const filled = roundUp(outputs, block);
  const images = paddedImages(node, context);
  const gradients = arrays.fits(dy) ? arrays.getBlocked(dy) : blockedByFilling(node, context);
  const parts = Math.ceil(batch / (block - 1));
  const sizes = Array.from(
    { length: parts },
    (_, part) => Math.floor(((part + 1) * batch) / parts) - Math.floor((part * batch) / parts),
  );
  const byPart = (name: string) =>
    parts === 1
      ? [name]
      : builder.emitMany(
          { op: "Split", inputs: [name, builder.ints(sizes)], attributes: { axis: { int: 0 } } },
          parts,
        );
  const [xParts, dyParts] = [byPart(images.name), byPart(gradients)];
  let sum = "";
  for (const [part, count] of sizes.entries()) {
    const image = arrays.reshape(xParts[part]!, [1, count, images.rows, images.columns * inputs]);
    const filter = imagesInFilter(dyParts[part]!, { count, rows, columns, filled }, context);
    const terms = [image, filter, ...(sum ? ["", sum] : [])];
    sum = blockedConvolution(builder, terms, {
      kernel: [rows, columns],
      dilations: [strides[0], strides[1] * inputs],
    }); // [1, O, kh, kw·I]
  }
  const split = arrays.reshape(sum, [filled / block, ...window, inputs, block]);
  const ordered = builder.emit("Transpose", [split], { perm: { ints: [1, 2, 3, 0, 4] } });
  const whole = arrays.reshape(ordered, [...window, inputs, filled]);
  const name =
    filled === outputs
      ? whole
      : builder.emit("Slice", [
          whole,
          builder.ints([0]),
          builder.ints([outputs]),
          builder.ints([3]),
        ]);
  arrays.set(output(node), name);
  return true;
};

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

/** [n, O, H, W] in blocks → a filter of n channels for O outputs: [O/block, n, H, W, block]. */
function imagesInFilter(
  name: string,
  sides: { count: number; rows: number; columns: number; filled: number },
  { builder, arrays }: BlockedContext,
): string {
  const { count, rows, columns, filled } = sides;
  const blocks = filled / arrays.block;
  const apart = arrays.reshape(name, [count, blocks, rows * columns * arrays.block]);
  const ordered =
    count === 1 || blocks === 1
      ? apart
      : builder.emit("Transpose", [apart], { perm: { ints: [1, 0, 2] } });
  return arrays.reshape(ordered, [filled, count, rows, columns]);
}
