import { UserError } from "@fqgan/registry";
import type { Tree } from "../host-tensor.js";
import { type Tensor, tf } from "../tf.js";
import type { CompileOptions } from "./compile.js";
import type { Graph } from "./graph.js";
import { type Lowering, outputName } from "./lowering/lowering.js";
import { writeModel } from "./onnx/writer.js";
import { optimize } from "./passes/index.js";
import { quantizeWeights } from "./quantization/pass.js";
import { precisionOf } from "./quantization/precision.js";
import { type Executable, executable } from "./runtime/executable.js";
import type { Device } from "./runtime/memory.js";
import { createSession } from "./runtime/onnx-runtime.js";
import { separate } from "./runtime/storage.js";
import type { Outline } from "./trace/recorder.js";
import { trace } from "./trace/trace.js";

/** Constants from this size on are handed to ONNX Runtime by themselves: a model in one piece has 2 GB at most. */
const APART_BYTES = 2 ** 16;

/** Traces a program, lowers its graph and makes a session of ONNX Runtime for it. */
export async function build(
  program: (inputs: Tree<Tensor>) => Tree<Tensor>,
  outlines: Tree<Outline>,
  options: CompileOptions & {
    readonly lowering: Lowering;
    readonly threads: number;
    readonly device: Device;
  },
): Promise<Executable> {
  const {
    name = "program",
    weights = "live",
    state = [],
    lowering,
    threads,
    device,
    profile,
  } = options;
  const { weights: format } = precisionOf(options.precision ?? "float32");
  const start = performance.now();
  for (const variable of Object.values(tf.engine().registeredVariables)) separate(variable);
  const traced = trace(program, outlines, { name, weights, state, lacks: lowering.lacks });
  if (traced.graph.outputs.length === 0)
    throw new UserError(
      `compile("${name}"): expected a program that returns a tensor or assigns a variable, got one that does ` +
        "neither; return what you want to know",
    );
  const traceEnd = performance.now();
  const rounding = format ? [(graph: Graph) => quantizeWeights(graph, format)] : [];
  const graph = optimize(traced.graph, rounding);
  const model = lowering.lower(graph);
  const apart = new Map(
    [...model.initializers].filter(([, { data }]) => data.byteLength >= APART_BYTES),
  );
  const bytes = writeModel(model, apart);
  const lowerEnd = performance.now();
  const memory = await device.memory();
  const session = await createSession(bytes, {
    threads,
    device,
    onDevice:
      memory.location === "cpu" ? [] : traced.updates.map(({ output }) => outputName(output)),
    apart,
    optimization: weights === "live" && traced.updates.length > 0 ? "basic" : "all",
    ...(profile ? { profile } : {}),
  });
  options.onCompiled?.({
    name,
    traceMs: traceEnd - start,
    lowerMs: lowerEnd - traceEnd,
    sessionMs: performance.now() - lowerEnd,
    nodes: {
      traced: traced.graph.nodes.length,
      optimized: graph.nodes.length,
      onnx: model.nodes.length,
    },
  });
  return executable({ ...traced, graph }, session, { name, memory });
}
