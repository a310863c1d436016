import type { GraphNode } from "../../graph.js";
import type { WindowAttributes } from "../../trace/rules/linear.js";
import type { BlockedContext } from "./blocked-arrays.js";

/** Says one node of the graph in ONNX, in blocks; false where the plain rule does better or must. */
export type BlockedRule = (node: GraphNode, context: BlockedContext) => boolean;

export type BlockedRules = Readonly<Record<string, BlockedRule>>;

/** How a convolution's windows lie over its images. */
export const windowOf = (node: GraphNode) => node.attributes as unknown as WindowAttributes;
