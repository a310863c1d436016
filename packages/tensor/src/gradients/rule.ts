import { type Tensor, tf } from "../tf-core.js";

/** Options of a kernel, as tfjs passes them. */
export type Attributes = Record<string, unknown>;

/** The gradient of one kernel with one output. */
export interface GradientRule {
  /** Inputs (by name) that the rule reads; they come first in `saved`, then the output. */
  readonly inputs?: readonly string[];
  /** Keeps the output too; then `inputs` must name all inputs of the kernel. */
  readonly output?: boolean;
  /** Keeps a list of inputs (Concat, Pack, AddN), which then are `saved`. */
  readonly allInputs?: boolean;
  /** The gradients with respect to the kernel's inputs, each made when asked for. */
  readonly gradients: (
    dy: Tensor,
    saved: Tensor[],
    attributes: Attributes,
  ) => Record<string, () => Tensor>;
}

/** Rules by kernel name. */
export type GradientTable = Record<string, GradientRule>;

export function registerGradients(table: GradientTable): void {
  for (const [kernelName, { inputs, output, allInputs, gradients }] of Object.entries(table)) {
    tf.registerGradient({
      kernelName,
      ...(inputs ? { inputsToSave: [...inputs] } : {}),
      ...(output ? { outputsToSave: [true] } : {}),
      ...(allInputs ? { saveAllInputs: true } : {}),
      gradFunc: (dy, saved, attributes) => {
        const given = attributes as Attributes;
        const kept = output ? withDifferentiableOutput(kernelName, inputs!, saved, given) : saved;
        return gradients(dy as Tensor, kept, given);
      },
    });
  }
}

/**
 * Inside another gradient the rule itself is differentiated. tfjs puts a saved output on the tape before
 * the kernel that made it, so that what flows back to it would be lost: there it is made again.
 */
function withDifferentiableOutput(
  kernelName: string,
  inputs: readonly string[],
  saved: Tensor[],
  attributes: Attributes,
): Tensor[] {
  if (tf.engine().state.gradientDepth === 0) return saved;
  const given = saved.slice(0, inputs.length);
  const named = Object.fromEntries(inputs.map((name, index) => [name, given[index]!]));
  return [...given, runKernel(kernelName, named, attributes)];
}

/** Sums `gradient` over the axes along which an input of shape `shape` was broadcast. */
export function unbroadcast(gradient: Tensor, shape: readonly number[]): Tensor {
  const extra = gradient.rank - shape.length;
  const axes: number[] = [];
  for (const [axis, side] of gradient.shape.entries())
    if (axis < extra || (shape[axis - extra] === 1 && side !== 1)) axes.push(axis);
  const summed = axes.length > 0 ? tf.sum(gradient, axes) : gradient;
  return tf.reshape(summed, [...shape]);
}

/** `shape` with the reduced axes kept as 1. `axis` is what tfjs reductions accept. */
export function keptShape(shape: readonly number[], axis: unknown): number[] {
  const axes = tf.util.parseAxisParam(axis as number | number[], [...shape]);
  return shape.map((side, index) => (axes.includes(index) ? 1 : side));
}

/** Runs a kernel that tfjs has no public function for. */
export function runKernel(
  name: string,
  inputs: Record<string, Tensor>,
  attributes: Attributes,
): Tensor {
  return tf.engine().runKernel(name, inputs, attributes as never) as Tensor;
}
