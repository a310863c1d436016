import {
  bilinearMixes,
  type Mix,
  mixMatrix,
  nearestMixes,
  type ResizeGeometry,
} from "../../../resize/weights.js";
import type { GraphNode } from "../../graph.js";
import { channelsFirst } from "../layout.js";
import { input, type LoweringContext, type LowerRule, type LowerRules, output } from "../rule.js";

type Mixes = (geometry: ResizeGeometry) => Mix[];

/** What a node does along rows (axis 1) or columns (axis 2); `back` for gradients. */
function geometryOf(node: GraphNode, axis: 1 | 2, back: boolean): ResizeGeometry {
  const { alignCorners, halfPixelCenters } = node.attributes as Record<string, boolean>;
  const given = Object.values(node.inputs)[0]!.shape[axis]!;
  const made = output(node).shape[axis]!;
  return {
    from: back ? made : given,
    to: back ? given : made,
    alignCorners: alignCorners ?? false,
    halfPixelCenters: halfPixelCenters ?? false,
  };
}

/** Resizing as two matrix products, over columns and over rows: [H', H] · [B, C, H, W] · [W, W']. */
const byMatrices =
  (mixes: Mixes, inputName: string): LowerRule =>
  (node, { builder, arrays }) => {
    const back = inputName === "dy";
    const [rows, columns] = ([1, 2] as const).map((axis) => geometryOf(node, axis, back));
    const matrix = (geometry: ResizeGeometry, transposed: boolean): string => {
      const [m, n] = [geometry.to, geometry.from];
      const data = mixMatrix(mixes(geometry), n);
      const name = builder.constant({ type: "float32", shape: [m, n], data });
      return transposed ? builder.emit("Transpose", [name], { perm: { ints: [1, 0] } }) : name;
    };
    const x = arrays.get(input(node, inputName), channelsFirst);
    const wide = builder.emit("MatMul", [x, matrix(columns!, !back)]);
    const y = builder.emit("MatMul", [matrix(rows!, back), wide]);
    arrays.set(output(node), y, channelsFirst);
  };

/** The whole factors of an enlargement in which every pixel becomes a block, if it is one. */
function blockFactors(node: GraphNode, back: boolean): [number, number] | undefined {
  const factors = ([1, 2] as const).map((axis) => {
    const geometry = geometryOf(node, axis, back);
    const factor = geometry.to / geometry.from;
    const blocks = nearestMixes(geometry).every(
      (mix, index) => mix[0]!.place === Math.floor(index / factor),
    );
    return Number.isInteger(factor) && blocks ? factor : 0;
  });
  return factors.every((factor) => factor > 0) ? (factors as [number, number]) : undefined;
}

const nearest: LowerRule = (node, context) => {
  const factors = blockFactors(node, false);
  if (!factors) return byMatrices(nearestMixes, "images")(node, context);
  const { builder, arrays } = context;
  const x = arrays.get(input(node, "images"), channelsFirst);
  const scales = builder.constant({
    type: "float32",
    shape: [4],
    data: Float32Array.of(1, 1, ...factors),
  });
  const y = builder.emit("Resize", [x, "", scales], {
    mode: { string: "nearest" },
    nearest_mode: { string: "floor" },
    coordinate_transformation_mode: { string: "asymmetric" },
  });
  arrays.set(output(node), y, channelsFirst);
};

/** The gradient of blocks is their sum. */
const nearestBack: LowerRule = (node, context) => {
  const factors = blockFactors(node, true);
  if (!factors) return byMatrices(nearestMixes, "dy")(node, context);
  const dy = context.arrays.get(input(node, "dy"), channelsFirst);
  context.arrays.set(output(node), sumBlocks(dy, node, factors, context), channelsFirst);
};

/** [B, C, H·f, W·g] → [B, C, H, W] */
function sumBlocks(
  name: string,
  node: GraphNode,
  [f, g]: readonly [number, number],
  { builder, arrays }: LoweringContext,
): string {
  const [batch, height, width, channels] = output(node).shape as [number, number, number, number];
  const blocks = arrays.reshape(name, [batch, channels, height, f, width, g]);
  return builder.emit("ReduceSum", [blocks, builder.ints([3, 5])], { keepdims: { int: 0 } });
}

export const resizeRules: LowerRules = {
  ResizeNearestNeighbor: nearest,
  ResizeNearestNeighborGrad: nearestBack,
  ResizeBilinear: byMatrices(bilinearMixes, "images"),
  ResizeBilinearGrad: byMatrices(bilinearMixes, "dy"),
};
