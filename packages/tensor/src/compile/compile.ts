import { currentEngine } from "../engine.js";
import type { Engine } from "../engines/engine.js";
import {
  type Fed,
  type Fetched,
  type Hosted,
  type HostTensor,
  mapTree,
  type Tree,
} from "../host-tensor.js";
import { type Tensor, tf } from "../tf.js";
import { isHostTensor, runEagerly } from "./eager.js";
import type { Lowering } from "./lowering/lowering.js";
import { writeModel } from "./onnx/writer.js";
import { optimize } from "./passes/index.js";
import { type Executable, executable } from "./runtime/executable.js";
import { createSession } from "./runtime/onnx-runtime.js";
import { separate } from "./runtime/storage.js";
import type { Outline } from "./trace/recorder.js";
import { trace } from "./trace/trace.js";

export interface CompileOptions {
  /** Shown in errors and profiles. */
  readonly name?: string;
  /**
   * `live` (default): every run reads the variables' current values, and may move them. `frozen`: their
   * values at the first call become part of the graph, which makes inference faster.
   */
  readonly weights?: "live" | "frozen";
  /** Called after each compilation, of which there is one for every set of input shapes. */
  readonly onCompiled?: (report: CompileReport) => void;
  /** Path prefix for ONNX Runtime's profile of every node, written on `dispose`. */
  readonly profile?: string;
}

/** What compiling took. */
export interface CompileReport {
  readonly name: string;
  readonly traceMs: number;
  readonly lowerMs: number;
  readonly sessionMs: number;
  /** tfjs kernel calls traced, left after the graph passes, and ONNX nodes made of them. */
  readonly nodes: { readonly traced: number; readonly optimized: number; readonly onnx: number };
}

/** A program ready to run: host values in, host values out, variables moved in place. */
export interface Compiled<I extends Tree<HostTensor>, O extends Tree<Tensor>> {
  (inputs: I): Promise<Fetched<O>>;
  /** Frees the compiled graphs. Variables are the caller's. */
  dispose(): void;
}

/**
 * What the engine does with a program: run it eagerly, or trace it and run the graph. A program is
 * traced again for every new set of input shapes and types. It must not read tensor values, branch
 * on them or create variables; randomness comes from `RandomStream`.
 */
export function compile<I extends Tree<HostTensor>, O extends Tree<Tensor>>(
  program: (inputs: Fed<I>) => O,
  options?: CompileOptions,
): Compiled<I, O>;
/** The same with the types read off the program: `compile(({ images }: { images: Tensor }) => …)`. */
export function compile<F extends Tree<Tensor>, O extends Tree<Tensor>>(
  program: (inputs: F) => O,
  options?: CompileOptions,
): Compiled<Hosted<F>, O>;
export function compile<I extends Tree<HostTensor>, O extends Tree<Tensor>>(
  program: (inputs: Fed<I>) => O,
  options: CompileOptions = {},
): Compiled<I, O> {
  const variants = new Map<string, Promise<Executable>>();
  const run = async (inputs: I): Promise<Fetched<O>> => {
    const engine = await currentEngine();
    const { lowering } = engine;
    if (!lowering) return runEagerly(program, inputs);
    const given = new Map<string, HostTensor>();
    const outlines = mapTree<HostTensor, Outline>(inputs, isHostTensor, (host, path) => {
      given.set(path, host);
      return { type: host.dtype, shape: host.shape };
    });
    const key = [...given].map(([path, { dtype, shape }]) => `${path}:${dtype}[${shape}]`).join();
    let variant = variants.get(key);
    if (!variant) {
      const traceable = program as unknown as (inputs: Tree<Tensor>) => Tree<Tensor>;
      variant = build(traceable, outlines, { engine, lowering, ...options });
      variants.set(key, variant);
      variant.catch(() => variants.delete(key));
    }
    return (await variant).run(given) as Promise<Fetched<O>>;
  };
  const dispose = () => {
    for (const variant of variants.values()) void variant.then((made) => made.release());
    variants.clear();
  };
  return Object.assign(run, { dispose });
}

async function build(
  program: (inputs: Tree<Tensor>) => Tree<Tensor>,
  outlines: Tree<Outline>,
  options: CompileOptions & { engine: Engine; lowering: Lowering },
): Promise<Executable> {
  const { name = "program", weights = "live", engine, lowering, profile, onCompiled } = options;
  const start = performance.now();
  for (const variable of Object.values(tf.engine().registeredVariables)) separate(variable);
  const traced = trace(program, outlines, { name, weights });
  const traceEnd = performance.now();
  const graph = optimize(traced.graph);
  const model = lowering.lower(graph);
  const bytes = writeModel(model);
  const lowerEnd = performance.now();
  const { threads } = engine.description;
  const session = await createSession(bytes, {
    threads,
    optimization: traced.updates.length > 0 ? "basic" : "all",
    ...(profile ? { profile } : {}),
  });
  onCompiled?.({
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
  return executable({ ...traced, graph }, session, name);
}
