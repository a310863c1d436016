import type { Value } from "../graph.js";
import type { Recorder } from "./recorder.js";

/** One kernel call of the program being traced. */
export interface KernelCall {
  /** By tfjs's name of the input; lists by "0", "1", … */
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly recorder: Recorder;
}

/** Records a kernel call: says the shape and type of what it makes, and brings it to a common form. */
export type TraceRule = (call: KernelCall) => Value | Value[];

/** Rules by tfjs kernel name. */
export type TraceRules = Readonly<Record<string, TraceRule>>;

/** The named inputs of a call; a missing one is a bug in a rule. */
export function take<N extends string>(call: KernelCall, ...names: N[]): Value[] {
  return names.map((name) => {
    const value = call.inputs[name];
    if (!value) throw new Error(`expected an input ${name}, got ${Object.keys(call.inputs)}`);
    return value;
  });
}
