import type { GraphNode } from "../../graph.js";
import type { WindowAttributes } from "../../trace/rules/linear.js";
import { channelsFirst } from "../layout.js";
import { input, type LoweringContext, type LowerRule, output } from "../rule.js";

/**
 * dW[r, c] = Σ over images and places of x, shifted by (r, c), times dy: for each place of the filter
 * a matrix product per image, [I, places] · [places, O], summed over the images. Channels first, so
 * that nothing is transposed.
 */
export const filterGradient: LowerRule = (node, context) => {
  const { builder, arrays } = context;
  const { window } = windowOf(node);
  const dy = input(node, "dy");
  const [batch, rows, columns, outputs] = dy.shape as [number, number, number, number];
  const places = rows * columns;
  const dyMatrices = arrays.reshape(arrays.get(dy, channelsFirst), [batch, outputs, places]);
  const dyTurned = builder.emit("Transpose", [dyMatrices], { perm: { ints: [0, 2, 1] } });
  const padded = padImages(node, context);
  const inputs = input(node, "x").shape[3]!;
  const gradients: string[] = [];
  for (let r = 0; r < window[0]; r++)
    for (let c = 0; c < window[1]; c++) {
      const shifted = shift(node, { padded, r, c }, context);
      const xMatrices = arrays.reshape(shifted, [batch, inputs, places]);
      const products = builder.emit("MatMul", [xMatrices, dyTurned]); // [B, I, O]
      gradients.push(
        batch === 1
          ? products
          : builder.emit("ReduceSum", [products, builder.ints([0])], { keepdims: { int: 1 } }),
      );
    }
  const stacked =
    gradients.length === 1
      ? gradients[0]!
      : builder.emit("Concat", gradients, { axis: { int: 0 } });
  arrays.set(output(node), arrays.reshape(stacked, output(node).shape));
};

const windowOf = (node: GraphNode) => node.attributes as unknown as WindowAttributes;

/** x as [B, I, H, W] with zeros around; what no window reaches is cut off by a negative width. */
function padImages(node: GraphNode, { builder, arrays }: LoweringContext): string {
  const { top, bottom, left, right } = windowOf(node).padding;
  const name = arrays.get(input(node, "x"), channelsFirst);
  if (top === 0 && bottom === 0 && left === 0 && right === 0) return name;
  return builder.emit("Pad", [name, builder.ints([0, 0, top, left, 0, 0, bottom, right])]);
}

/** The pixels of x that the filter's place (r, c) meets, as many as dy has. */
function shift(
  node: GraphNode,
  { padded, r, c }: { padded: string; r: number; c: number },
  { builder }: LoweringContext,
): string {
  const { strides, padding, window } = windowOf(node);
  const [, rows, columns] = input(node, "dy").shape as [number, number, number];
  const [, height, width] = input(node, "x").shape as [number, number, number];
  const everything =
    Math.max(...window, ...strides) === 1 &&
    height + padding.top + padding.bottom === rows &&
    width + padding.left + padding.right === columns;
  if (everything) return padded;
  const end = [r + (rows - 1) * strides[0] + 1, c + (columns - 1) * strides[1] + 1];
  const bounds = [builder.ints([r, c]), builder.ints(end), builder.ints([2, 3])];
  return builder.emit("Slice", [padded, ...bounds, builder.ints([...strides])]);
}
