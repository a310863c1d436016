import { afterAll, describe, expect, it } from "vitest";
import { type EngineName, startEngine } from "../../engine.js";
import type { HostTensor, Tree } from "../../host-tensor.js";
import { type Tensor, tf } from "../../tf.js";
import { compile } from "../compile.js";
import { plainRules } from "../lowering/plain/index.js";
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

const engines: readonly EngineName[] = ["onnx-plain", "onnx"];

const families: Readonly<Record<string, readonly Case[]>> = {
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
function programOf({ program, gradients = [] }: Case) {
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

function expectClose(actual: HostTensor, expected: HostTensor, where: string): void {
  expect(actual.dtype, `${where}: type`).toBe(expected.dtype);
  expect([...actual.shape], `${where}: shape`).toEqual([...expected.shape]);
  const finite = [...expected.data].filter(Number.isFinite).map(Math.abs);
  const tolerance = expected.dtype === "float32" ? 2e-5 * Math.max(1, ...finite) : 0;
  const wrong = [...expected.data].findIndex((value, index) => {
    const other = actual.data[index]!;
    return !(Object.is(value, other) || Math.abs(value - other) <= tolerance);
  });
  if (wrong >= 0)
    expect.fail(`${where}[${wrong}]: expected ${expected.data[wrong]}, got ${actual.data[wrong]}`);
}

async function run(engine: EngineName, tried: Case) {
  await startEngine({ engine });
  const step = compile(programOf(tried), { name: tried.name });
  const outputs = await step({ ...tried.inputs });
  step.dispose();
  return outputs;
}

describe.each(engines)("%s agrees with eager tfjs", (engine) => {
  for (const [family, cases] of Object.entries(families))
    describe(family, () => {
      it.each(cases.map((tried) => [tried.name, tried] as const))("%s", async (_name, tried) => {
        const expected = await run("cpu", tried);
        const actual = await run(engine, tried);
        for (const group of ["outputs", "gradients"] as const)
          for (const [name, values] of Object.entries(
            expected[group] as Record<string, HostTensor>,
          ))
            expectClose(
              (actual[group] as Record<string, HostTensor>)[name]!,
              values,
              `${group}.${name}`,
            );
      });
    });
});

afterAll(() => expect(tf.memory().numTensors).toBe(0));

it("tries every op that can be lowered", () => {
  const traced = new Set<string>();
  for (const tried of Object.values(families).flat()) {
    const outlines = Object.entries(tried.inputs).map(([name, { dtype, shape }]) => [
      name,
      { type: dtype, shape },
    ]);
    const { graph } = trace(programOf(tried), Object.fromEntries(outlines), { name: tried.name });
    for (const { op } of graph.nodes) traced.add(op);
  }
  expect(Object.keys(plainRules).filter((op) => !traced.has(op))).toEqual([]);
});
