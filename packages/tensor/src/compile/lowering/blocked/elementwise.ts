import { sameShape, sizeOf, type Value } from "../../graph.js";
import { type Combine, combinations } from "../plain/elementwise.js";
import { output } from "../rule.js";
import type { BlockedArrays } from "./blocked-arrays.js";
import type { BlockedRule, BlockedRules } from "./blocked-rule.js";

/**
 * Elements are combined wherever they lie, so a node with a blocked input stays in blocks if its other
 * inputs can follow: those of full size by conversion, smaller ones laid out to be broadcast.
 */
export const elementwise =
  (combine: Combine): BlockedRule =>
  (node, { builder, arrays }) => {
    const y = output(node);
    const inputs = Object.values(node.inputs);
    const isFull = (value: Value) => sameShape(value.shape, y.shape);
    if (!arrays.fits(y)) return false;
    if (!inputs.some((value) => isFull(value) && arrays.isBlocked(value))) return false;
    if (inputs.every((value) => isFull(value) || sizeOf(value.shape) === 1)) {
      const names = inputs.map((value) =>
        isFull(value)
          ? arrays.getBlocked(value)
          : arrays.reshape(arrays.get(value), new Array(4).fill(1)),
      );
      arrays.setBlocked(y, combine(builder, names, node));
      return true;
    }
    const sides = blockedSides(y.shape, arrays.block);
    const names = inputs.map((value) =>
      isFull(value)
        ? arrays.reshape(arrays.getBlocked(value), sides)
        : spreadable(value, y.shape[3]!, arrays),
    );
    const [batch, height, width, channels] = y.shape as [number, number, number, number];
    const made = combine(builder, names, node);
    arrays.setBlocked(y, arrays.reshape(made, [batch, channels, height, width]));
    return true;
  };

/** [B, H, W, C] as it lies in blocks: [B, C/block, H, W, block]. */
function blockedSides(shape: readonly number[], block: number): number[] {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  return [batch, channels / block, height, width, block];
}

/** A small input as [b, c/block, h, w, block] with sides of 1 where it is to be repeated. */
function spreadable(value: Value, channels: number, arrays: BlockedArrays): string {
  const { block, builder } = arrays;
  const padded = [...new Array<number>(4 - value.shape.length).fill(1), ...value.shape];
  const [batch, height, width, own] = padded as [number, number, number, number];
  const name = arrays.get(value);
  if (own === 1) return arrays.reshape(name, [batch, 1, height, width, 1]);
  const blocks = channels / block;
  if (height === 1 && width === 1) return arrays.reshape(name, [batch, blocks, 1, 1, block]);
  return arrays.once(`spreadable ${value.id}`, () =>
    builder.emit("Transpose", [arrays.reshape(name, [batch, height, width, blocks, block])], {
      perm: { ints: [0, 3, 1, 2, 4] },
    }),
  );
}

export const elementwiseRules: BlockedRules = Object.fromEntries(
  Object.entries(combinations).map(([op, combine]) => [op, elementwise(combine)]),
);
