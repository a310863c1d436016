import type { GraphNode } from "../../graph.js";
import type { WindowAttributes } from "../../trace/rules/linear.js";
import type { Attributes } from "../builder.js";
import { channelsFirst } from "../layout.js";
import { input, type LoweringContext, output } from "../rule.js";

export const windowOf = (node: GraphNode) => node.attributes as unknown as WindowAttributes;

export function convolutionAttributes(
  { strides, dilations, padding }: Pick<WindowAttributes, "strides" | "dilations" | "padding">,
  group = 1,
): Attributes {
  const { top, left, bottom, right } = padding;
  return {
    strides: { ints: strides },
    dilations: { ints: dilations },
    pads: { ints: [top, left, bottom, right] },
    group: { int: group },
  };
}

/**
 * ConvTranspose, whose rows and columns that the stride left over are added at the end.
 * @param images dy itself, channels first, unless it is something made of it
 */
export function convTranspose(
  node: GraphNode,
  { filter, group, images }: { filter: string; group: number; images?: string },
  { builder, arrays }: LoweringContext,
): void {
  const { strides, padding, window } = windowOf(node);
  const dy = input(node, "dy");
  const dx = output(node);
  const left = (axis: 0 | 1, pads: number) =>
    dx.shape[axis + 1]! - (strides[axis] * (dy.shape[axis + 1]! - 1) + window[axis] - pads);
  const extra = [left(0, padding.top + padding.bottom), left(1, padding.left + padding.right)];
  const attributes = {
    ...convolutionAttributes({ strides, dilations: [1, 1], padding }, group),
    output_padding: { ints: extra },
  };
  const inputs = [images ?? arrays.get(dy, channelsFirst), filter];
  arrays.set(dx, builder.emit("ConvTranspose", inputs, attributes), channelsFirst);
}
