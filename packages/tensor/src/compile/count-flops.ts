import type { Tree } from "../host-tensor.js";
import type { Tensor } from "../tf.js";
import { type GraphNode, sizeOf, type Value } from "./graph.js";
import { optimize } from "./passes/index.js";
import type { Outline } from "./trace/recorder.js";
import { trace } from "./trace/trace.js";

/** Multiplications and additions of a kernel, each of which counts. */
const COUNTED: Readonly<Record<string, (node: GraphNode) => number>> = {
  BatchMatMul: ({ inputs, attributes, outputs }) => {
    const { shape } = inputs.a!;
    return 2 * sizeOf(outputs[0]!.shape) * shape.at(attributes.transposeA ? -2 : -1)!;
  },
  Conv2D: ({ inputs, outputs }) => perOutput(inputs.filter!, outputs[0]!),
  Conv2DBackpropInput: ({ inputs }) => perOutput(inputs.filter!, inputs.dy!),
  Conv2DBackpropFilter: ({ inputs, outputs }) => perOutput(outputs[0]!, inputs.dy!),
};

/** @param filter [kh, kw, inputs, outputs] */
function perOutput(filter: Value, output: Value): number {
  const [height, width, inputs] = filter.shape as [number, number, number];
  return 2 * sizeOf(output.shape) * height * width * inputs;
}

/**
 * Floating-point operations of a program's matrix products and convolutions, where nearly all of its work
 * is: a multiplication and an addition count two. The program is traced, not run.
 *
 * @param inputs type and shape of each input
 */
export function countFlops<F extends Tree<Tensor>>(
  program: (inputs: F) => Tree<Tensor>,
  inputs: Tree<Outline>,
): number {
  const traceable = program as unknown as (inputs: Tree<Tensor>) => Tree<Tensor>;
  const { graph } = trace(traceable, inputs, { name: "countFlops", lacks: ["CachedAttention"] });
  return optimize(graph).nodes.reduce((sum, node) => sum + (COUNTED[node.op]?.(node) ?? 0), 0);
}
