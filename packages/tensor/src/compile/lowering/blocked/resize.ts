import type { Value } from "../../graph.js";
import { input, output } from "../rule.js";
import type { BlockedContext } from "./blocked-arrays.js";
import type { BlockedRule, BlockedRules } from "./blocked-rule.js";
import { blockedConvolution, nchwc } from "./nchwc.js";

/** Whole numbers by which a small image is enlarged, or nothing. */
function factors(
  small: Value,
  large: Value,
  attributes: Readonly<Record<string, unknown>>,
): [number, number] | undefined {
  if (attributes.alignCorners || attributes.halfPixelCenters) return undefined;
  const rows = large.shape[1]! / small.shape[1]!;
  const columns = large.shape[2]! / small.shape[2]!;
  return Number.isInteger(rows) && Number.isInteger(columns) ? [rows, columns] : undefined;
}

const enlarge: BlockedRule = (node, { builder, arrays }) => {
  const images = input(node, "images");
  const by = factors(images, output(node), node.attributes);
  if (!by || !arrays.isBlocked(images)) return false;
  const name = nchwc(builder, "Upsample", [arrays.getBlocked(images)], {
    scales: { ints: [1, 1, ...by] },
    mode: { string: "nearest" },
  });
  arrays.setBlocked(output(node), name);
  return true;
};

/** Each pixel's gradient is the sum over the pixels that it became: a convolution with ones. */
const enlargeGradient: BlockedRule = (node, { builder, arrays }) => {
  const dy = input(node, "dy");
  const by = factors(output(node), dy, node.attributes);
  if (!by || !arrays.isBlocked(dy)) return false;
  const channels = dy.shape[3]!;
  const ones = arrays.once(`ones ${channels} ${by}`, () =>
    onesFilter(channels, by, { builder, arrays }),
  );
  const name = blockedConvolution(builder, [arrays.getBlocked(dy), ones], {
    kernel: by,
    strides: by,
    group: channels,
  });
  arrays.setBlocked(output(node), name);
  return true;
};

/** One filter of ones for each channel: [channels, 1, rows, columns]. */
const onesFilter = (
  channels: number,
  [rows, columns]: readonly [number, number],
  { builder }: BlockedContext,
): string =>
  builder.constant({
    type: "float32",
    shape: [channels, 1, rows, columns],
    data: new Float32Array(channels * rows * columns).fill(1),
  });

export const resizeRules: BlockedRules = {
  ResizeNearestNeighbor: enlarge,
  ResizeNearestNeighborGrad: enlargeGradient,
};
