import type { Fed, Fetched, HostTensor, Tree } from "../host-tensor.js";
import type { Tensor } from "../tf.js";

export interface CompileOptions {
  /** Shown in errors and profiles. */
  readonly name?: string;
}

/** A program ready to run: host values in, host values out, variables moved in place. */
export interface Compiled<I extends Tree<HostTensor>, O extends Tree<Tensor>> {
  (inputs: I): Promise<Fetched<O>>;
  dispose(): void;
}

/** What the engine does with a program: run it eagerly, or trace it and run the graph. */
export declare function compile<I extends Tree<HostTensor>, O extends Tree<Tensor>>(
  program: (inputs: Fed<I>) => O,
  options?: CompileOptions,
): Compiled<I, O>;
