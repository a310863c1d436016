import type { CompileOptions } from "../compile/compile.js";
import type { Executable } from "../compile/runtime/executable.js";
import type { Outline } from "../compile/trace/recorder.js";
import type { Tree } from "../host-tensor.js";
import type { Tensor } from "../tf.js";

/** What runs the programs: for run folders and `fqgan doctor`. */
export interface EngineDescription {
  readonly name: string;
  /** tfjs's backend for what runs op by op. */
  readonly backend: string;
  /** How compiled programs become ONNX; "none" where programs run op by op. */
  readonly lowering: string;
  /** Threads of compiled programs. */
  readonly threads: number;
  /** What was run instead of what was asked for, and why. */
  readonly note?: string;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Engine {
  readonly description: EngineDescription;
  /** Makes a program runnable for inputs of these shapes; absent where programs run op by op. */
  readonly build?: (
    program: (inputs: Tree<Tensor>) => Tree<Tensor>,
    inputs: Tree<Outline>,
    options: CompileOptions,
  ) => Promise<Executable>;
}

/** A way to run programs. */
export interface EngineStrategy {
  readonly name: string;
  readonly summary: string;
  /** Loads what the engine needs and makes tfjs use it. A missing package is a UserError. */
  start(options: { readonly threads: number }): Promise<Engine>;
}
