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
  /** The GPU, where the engine can tell. */
  readonly device?: string;
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

export interface StartOptions {
  readonly threads: number;
  /** Whether to refuse compiled programs that a GPU can't run alone. */
  readonly strict: boolean;
}

/** A way to run programs. */
export interface EngineStrategy {
  readonly name: string;
  readonly summary: string;
  /** Whether it computes on a graphics processor. */
  readonly gpu: boolean;
  /** npm packages that it needs and that don't come along, with their versions. */
  readonly packages: Readonly<Record<string, string>>;
  /** Loads what the engine needs and makes tfjs use it. What is missing is a UserError with the remedy. */
  start(options: StartOptions): Promise<Engine>;
}
