import type { Graph } from "../graph.js";
import { Arrays } from "../lowering/arrays.js";
import { ModelBuilder, onnxTypeCode } from "../lowering/builder.js";
import { finishModel } from "../lowering/finish.js";
import { plainRules } from "../lowering/plain/index.js";
import { rewrittenRules } from "../lowering/plain/rewritten.js";
import { input, type LowerRule, type LowerRules, output } from "../lowering/rule.js";
import type { OnnxModel } from "../onnx/writer.js";

/**
 * The first place of the extreme along an axis, by comparing. With ArgMax, onnxruntime-web 1.30 gives wrong places
 * on WebGPU, some beyond an axis of 128, without an error (WebAssembly and Node's WebGPU are right).
 */
const firstPlace =
  (extreme: "ReduceMax" | "ReduceMin"): LowerRule =>
  (node, { builder, arrays }) => {
    const x = input(node, "x");
    const axis = node.attributes.axis as number;
    const count = x.shape[axis]!;
    const name = arrays.get(x);
    const axes = builder.ints([axis]);
    const best = builder.emit(extreme, [name, axes], { keepdims: { int: 1 } });
    const isBest = builder.emit("Equal", [name, best]);
    const places = builder.constant({
      type: "float32",
      shape: x.shape.map((_, other) => (other === axis ? count : 1)),
      data: Float32Array.from({ length: count }, (_, place) => place),
    });
    const after = builder.scalar("float32", count);
    const chosen = builder.emit("Where", [isBest, places, after]);
    const first = builder.emit("ReduceMin", [chosen, axes], { keepdims: { int: 0 } });
    const index = builder.emit("Cast", [first], { to: { int: onnxTypeCode.int32 } });
    arrays.set(output(node), index);
  };

const rules: LowerRules = {
  ...plainRules,
  ...rewrittenRules,
  ArgMax: firstPlace("ReduceMax"),
  ArgMin: firstPlace("ReduceMin"),
};

/** Standard operators that give the same on every runtime that was tried. */
export function lowerForExport(graph: Graph): OnnxModel {
  const builder = new ModelBuilder();
  const arrays = new Arrays(builder, graph);
  for (const node of graph.nodes) {
    const rule = rules[node.op];
    if (!rule) throw new Error(`the plain lowering has no rule for ${node.op}`);
    rule(node, { builder, arrays });
  }
  return finishModel(graph, builder, arrays);
}
