import { UserError } from "@fqgan/registry";
import { currentEngine } from "../engine.js";
import {
  type Fed,
  type Fetched,
  type Hosted,
  type HostTensor,
  mapTree,
  type Tree,
} from "../host-tensor.js";
import type { Tensor, Variable } from "../tf.js";
import { isHostTensor, runEagerly } from "./eager.js";
import { type Precision, type PrecisionName, precisionOf } from "./quantization/precision.js";
import type { Executable } from "./runtime/executable.js";
import type { Outline } from "./trace/recorder.js";

/** What of a program may be fixed when it is compiled. */
export interface CompileOptions {
  /** Shown in errors and profiles. */
  readonly name?: string;
  /**
   * `live` (default): every run reads the variables' current values, and may move them. `frozen`: their
   * values at the first call become part of the graph, which makes inference faster.
   */
  readonly weights?: "live" | "frozen";
  /** Variables that a program with frozen weights reads live and may move: the cache of a decoder. */
  readonly state?: readonly Variable[];
  /**
   * How frozen weights that rows are multiplied with are kept: `int8` and `int4` read less memory, which is
   * what products with few rows wait for, and round weights and rows.
   */
  readonly precision?: PrecisionName;
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
  const precision = precisionFor(options);
  const variants = new Map<string, Promise<Executable>>();
  const run = async (inputs: I): Promise<Fetched<O>> => {
    const { build, description } = await currentEngine();
    if (!build) {
      refuseRounding(precision, options.name, description.name);
      return runEagerly(program, inputs);
    }
    const given = new Map<string, HostTensor>();
    const outlines = mapTree<HostTensor, Outline>(inputs, isHostTensor, (host, path) => {
      given.set(path, host);
      return { type: host.dtype, shape: host.shape };
    });
    const key = [...given].map(([path, { dtype, shape }]) => `${path}:${dtype}[${shape}]`).join();
    let variant = variants.get(key);
    if (!variant) {
      const traceable = program as unknown as (inputs: Tree<Tensor>) => Tree<Tensor>;
      variant = build(traceable, outlines, options);
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

/** Rounding is for weights that never move. */
function precisionFor({
  name = "program",
  weights,
  precision = "float32",
}: CompileOptions): Precision {
  const chosen = precisionOf(precision);
  if (chosen.weights && weights !== "frozen")
    throw new UserError(
      `compile("${name}"): expected frozen weights for the precision ${precision}, got live ones; ` +
        'compile it with { weights: "frozen" }',
    );
  return chosen;
}

function refuseRounding(precision: Precision, name = "program", engine: string): void {
  if (precision.weights)
    throw new UserError(
      `compile("${name}"): expected an engine that compiles for the precision ${precision.name}, got ` +
        `"${engine}"; use the engine "onnx", or float32`,
    );
}
