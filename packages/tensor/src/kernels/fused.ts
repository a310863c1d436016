import { type Tensor, tf } from "../tf-core.js";

let unavailable: readonly string[] = [];

/**
 * Whether the current engine has a kernel of its own for an operation that tfjs would make of many.
 * Only the compiled engine does; elsewhere, and in its tests, the many are what defines the result.
 */
export const hasKernel = (name: string): boolean =>
  tf.getKernel(name, tf.getBackend()) != null && !unavailable.includes(name);

/** Runs `f` with some kernels out of reach, since what comes after the trace cannot say them. */
export function withoutKernels<T>(names: readonly string[], f: () => T): T {
  const before = unavailable;
  unavailable = names;
  try {
    return f();
  } finally {
    unavailable = before;
  }
}

/** Runs a kernel with several results. */
export const runKernels = (
  name: string,
  inputs: Record<string, Tensor>,
  attributes: Record<string, unknown> = {},
): Tensor[] => tf.engine().runKernel(name, inputs, attributes as never) as unknown as Tensor[];
