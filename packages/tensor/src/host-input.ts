import type { HostTensor } from "./host-tensor.js";
import { toTensor } from "./host-tensor.js";
import type { Tensor } from "./tf.js";

/** Makes a value anew for each run of a program. */
export type HostValue = () => HostTensor;

/** How a tracer sees host inputs; set only while tracing. */
export type HostInputHook = (value: HostValue) => Tensor;

let hook: HostInputHook | undefined;

/**
 * A tensor whose value comes from the host and changes from run to run without being an argument:
 * a learning rate, random numbers. Eagerly it is made at once; in a compiled function it becomes an
 * input that `value` fills before every run. Its shape and dtype must not change between runs.
 */
export function hostInput(value: HostValue): Tensor {
  return hook ? hook(value) : toTensor(value());
}

/** Runs `f` with host inputs seen by `during` (used by the tracer). */
export function withHostInputHook<T>(during: HostInputHook, f: () => T): T {
  const before = hook;
  hook = during;
  try {
    return f();
  } finally {
    hook = before;
  }
}
