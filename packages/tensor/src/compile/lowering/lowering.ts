import type { Graph, Value } from "../graph.js";
import type { OnnxModel } from "../onnx/writer.js";

/** A way to say a traced program in ONNX. */
export interface Lowering {
  readonly name: string;
  /** Kernels of `src/kernels` that it cannot say: programs are traced without them. */
  readonly lacks: readonly string[];
  /**
   * The model's inputs are the graph's, in order, each named `inputName`; its outputs are the graph's,
   * in order, each named `outputName`, channels last as in the graph. No output is an input.
   */
  lower(graph: Graph): OnnxModel;
}

export const inputName = (value: Value): string => `in${value.id}`;
export const outputName = (index: number): string => `out${index}`;
