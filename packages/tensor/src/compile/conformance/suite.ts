import { type EngineOptions, startEngine } from "../../engine.js";
import type { HostTensor, Tree } from "../../host-tensor.js";
import { type Tensor, tf } from "../../tf.js";
import { compile } from "../compile.js";
import { trace } from "../trace/trace.js";
import { blockCases } from "./blocks.js";
import type { Case } from "./case.js";
import { elementwiseCases } from "./elementwise.js";
import { gatherCases } from "./gather.js";
import { layerCases } from "./layers.js";
import { linearCases } from "./linear.js";
import { reductionCases } from "./reduction.js";
import { resizeCases } from "./resize.js";
import { shapeCases } from "./shape.js";

/** What every engine must compute as eager tfjs on the cpu backend does. */
export const families: Readonly<Record<string, readonly Case[]>> = {
  elementwise: elementwiseCases,
  reduction: reductionCases,
  shape: shapeCases,
  gather: gatherCases,
  linear: linearCases,
  resize: resizeCases,
  layers: layerCases,
  blocks: blockCases,
};

const nested = (made: Tensor | Record<string, Tensor>) =>
  made instanceof tf.Tensor ? { output: made } : made;

/** The outputs of a case, and the gradients of a weighted sum of its output. */
export function programOf({ program, gradients = [] }: Case) {
  return (fed: Tree<Tensor>) => {
    const inputs = fed as Record<string, Tensor>;
    const outputs = nested(program(inputs));
    if (gradients.length === 0) return { outputs, gradients: {} };
    const loss = (...chosen: Tensor[]) => {
      const replaced = Object.fromEntries(gradients.map((name, index) => [name, chosen[index]!]));
      const { output } = nested(program({ ...inputs, ...replaced }));
      const weights = Float32Array.from({ length: output!.size }, (_, i) => Math.cos(i) + 0.3);
      return tf.sum(tf.mul(output!, tf.tensor(weights, output!.shape)));
    };
    const found = tf.grads(loss as (...args: Tensor[]) => Tensor)(
      gradients.map((name) => inputs[name]!),
    );
    return {
      outputs,
      gradients: Object.fromEntries(gradients.map((name, index) => [name, found[index]!])),
    };
  };
}

type Results = Readonly<Record<"outputs" | "gradients", Readonly<Record<string, HostTensor>>>>;

/** What a case gives on an engine. */
export async function runCase(engine: EngineOptions, tried: Case): Promise<Results> {
  await startEngine(engine);
  const step = compile(programOf(tried), { name: tried.name });
  const results = await step({ ...tried.inputs });
  step.dispose();
  return results as unknown as Results;
}

/** Floats may differ by this much of the largest of them, or of 1. */
const TOLERANCE = 2e-5;

/** The first thing that is not as it should be, in words; undefined where all is. */
export function firstDifference(
  actual: Results,
  expected: Results,
  tolerance = TOLERANCE,
): string | undefined {
  for (const group of ["outputs", "gradients"] as const)
    for (const [name, values] of Object.entries(expected[group])) {
      const difference = differenceOf(actual[group][name]!, values, tolerance);
      if (difference) return `${group}.${name}${difference}`;
    }
  return undefined;
}

function differenceOf(
  actual: HostTensor,
  expected: HostTensor,
  relative: number,
): string | undefined {
  const outline = ({ dtype, shape }: HostTensor) => `${dtype} [${shape}]`;
  if (outline(actual) !== outline(expected))
    return `: expected ${outline(expected)}, got ${outline(actual)}`;
  const finite = [...expected.data].filter(Number.isFinite).map(Math.abs);
  const tolerance = expected.dtype === "float32" ? relative * Math.max(1, ...finite) : 0;
  const wrong = [...expected.data].findIndex((value, index) => {
    const other = actual.data[index]!;
    return !(Object.is(value, other) || Math.abs(value - other) <= tolerance);
  });
  if (wrong < 0) return undefined;
  return `[${wrong}]: expected ${expected.data[wrong]}, got ${actual.data[wrong]}`;
}

/** tfjs's kernels in the order in which a case calls them, as the compiled engines see them. */
export function kernelsOf(tried: Case): string[] {
  const outlines = Object.entries(tried.inputs).map(
    ([name, { dtype, shape }]) => [name, { type: dtype, shape }] as const,
  );
  const { graph } = trace(programOf(tried), Object.fromEntries(outlines), { name: tried.name });
  return graph.nodes.map(({ op }) => op);
}
