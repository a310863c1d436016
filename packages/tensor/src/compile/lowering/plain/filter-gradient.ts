import { sizeOf } from "../../graph.js";
import type { WindowAttributes } from "../../trace/rules/linear.js";
import { input, type LoweringContext, type LowerRule, output } from "../rule.js";

/**
 * dW[r, c] = Σ over images and places of x, shifted by (r, c), times dy: one matrix product for each
 * place of the filter, of x as [places, I] and dy as [places, O].
 */
export const filterGradient: LowerRule = (node, context) => {
  const { builder, arrays } = context;
  const x = input(node, "x");
  const dy = input(node, "dy");
  const { padding, window, strides } = node.attributes as unknown as WindowAttributes;
  const [batch, rows, columns, outputs] = dy.shape as [number, number, number, number];
  const places = batch * rows * columns;
  const dyMatrix = arrays.reshape(arrays.get(dy), [places, outputs]);
  const padded = padImages(arrays.get(x), x.shape, padding, context);
  const inputs = x.shape[3]!;
  const gradients: string[] = [];
  for (let r = 0; r < window[0]; r++)
    for (let c = 0; c < window[1]; c++) {
      const shifted = shift(padded, { r, c, rows, columns, strides }, context);
      const xMatrix = arrays.reshape(shifted, [places, inputs]);
      gradients.push(builder.emit("Gemm", [xMatrix, dyMatrix], { transA: { int: 1 } })); // [I, O]
    }
  const stacked =
    gradients.length === 1
      ? gradients[0]!
      : builder.emit("Concat", gradients, { axis: { int: 0 } });
  arrays.set(output(node), arrays.reshape(stacked, output(node).shape));
};

interface Images {
  readonly name: string;
  readonly sides: readonly number[];
}

/** [B, H, W, C] with zeros around; a padding that is negative cuts off what no window reaches. */
function padImages(
  name: string,
  shape: readonly number[],
  { top, bottom, left, right }: WindowAttributes["padding"],
  { builder }: LoweringContext,
): Images {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const sides = [batch, height + top + bottom, width + left + right, channels];
  if (sizeOf(sides) === sizeOf(shape)) return { name, sides };
  const pads = builder.ints([0, top, left, 0, 0, bottom, right, 0]);
  return { name: builder.emit("Pad", [name, pads]), sides };
}

function shift(
  { name, sides }: Images,
  {
    r,
    c,
    rows,
    columns,
    strides,
  }: { r: number; c: number; rows: number; columns: number; strides: readonly [number, number] },
  { builder }: LoweringContext,
): string {
  if (sides[1] === rows && sides[2] === columns && strides[0] === 1 && strides[1] === 1)
    return name;
  const end = [r + (rows - 1) * strides[0] + 1, c + (columns - 1) * strides[1] + 1];
  const bounds = [builder.ints([r, c]), builder.ints(end), builder.ints([1, 2])];
  return builder.emit("Slice", [name, ...bounds, builder.ints([...strides])]);
}
