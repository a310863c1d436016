import { describe, expect, it } from "vitest";
import { compile } from "../compile/compile.js";
import type { HostTensor } from "../host-tensor.js";
import { parameter } from "../nn/module.js";
import { type Tensor, tf, type Variable } from "../tf.js";
import { Adam, clipByGlobalNorm, Ema, globalNorm, warmupConstant, warmupCosine } from "./index.js";

const values = (tensor: Tensor) => [...tensor.dataSync()];

/** Adam after PyTorch's documentation, in float64. */
function referenceAdam(options: {
  start: number;
  gradients: number[];
  rate: (update: number) => number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  weightDecay?: number;
}): number[] {
  const { start, gradients, rate, beta1 = 0.9, beta2 = 0.999 } = options;
  const { epsilon = 1e-8, weightDecay = 0 } = options;
  let x = start;
  let m = 0;
  let v = 0;
  return gradients.map((gradient, i) => {
    const t = i + 1;
    x -= rate(i) * weightDecay * x;
    m = beta1 * m + (1 - beta1) * gradient;
    v = beta2 * v + (1 - beta2) * gradient * gradient;
    x -= (rate(i) * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
    return x;
  });
}

function run(optimizer: Adam, variable: Variable, gradients: number[]): number[] {
  return gradients.map((gradient) => {
    const grads = { [variable.name]: tf.fill(variable.shape, gradient) };
    optimizer.apply(grads);
    optimizer.advance();
    return values(variable)[0]!;
  });
}

const scalar = (x: number, shape: number[] = [1, 1]) => parameter(Float32Array.of(x), shape);
const gradients = [0.5, -2, 0.1, 3, 1e-3, -0.7];

describe("Adam", () => {
  it("moves by the learning rate at first: m/(1-β₁) = g, √(v/(1-β₂)) = |g|", () => {
    const variable = scalar(1);
    const adam = new Adam(new Map([["w", variable]]), { learningRate: 0.1 });
    expect(run(adam, variable, [123])[0]).toBeCloseTo(0.9, 6);
  });

  it("follows the float64 formulas", () => {
    const variable = scalar(1);
    const adam = new Adam(new Map([["w", variable]]), { learningRate: 0.01 });
    const expected = referenceAdam({ start: 1, gradients, rate: () => 0.01 });
    for (const [i, x] of run(adam, variable, gradients).entries())
      expect(Math.abs(x - expected[i]!)).toBeLessThan(5e-7);
    expect(values(adam.updates)).toEqual([gradients.length]);
  });

  it("keeps its precision at the first steps, where 1 - β₂ᵗ is a small difference", () => {
    const variable = scalar(0);
    const adam = new Adam(new Map([["w", variable]]), { learningRate: 1, epsilon: 0 });
    const expected = referenceAdam({ start: 0, gradients, rate: () => 1, epsilon: 0 });
    const actual = run(adam, variable, gradients);
    for (const [i, x] of actual.entries()) {
      const step = x - (actual[i - 1] ?? 0);
      const expectedStep = expected[i]! - (expected[i - 1] ?? 0);
      expect(Math.abs(step / expectedStep - 1)).toBeLessThan(2e-6);
    }
  });

  it("takes other β, ε and a schedule by updates done", () => {
    const options = { beta1: 0.5, beta2: 0.95, epsilon: 0.1 };
    const rate = (update: number) => 0.01 * (update + 1);
    const variable = scalar(2);
    const adam = new Adam(new Map([["w", variable]]), { learningRate: rate, ...options });
    const expected = referenceAdam({ start: 2, gradients, rate, ...options });
    for (const [i, x] of run(adam, variable, gradients).entries())
      expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-6);
    expect(adam.learningRate()).toBeCloseTo(0.07, 12);
  });

  it("decays matrices only, apart from the gradient (AdamW)", () => {
    const matrix = scalar(1);
    const vector = scalar(1, [1]);
    const variables = new Map([
      ["matrix", matrix],
      ["vector", vector],
    ]);
    const adam = new Adam(variables, { learningRate: 0.1, weightDecay: 0.5 });
    for (const gradient of gradients) {
      adam.apply({
        [matrix.name]: tf.fill([1, 1], gradient),
        [vector.name]: tf.fill([1], gradient),
      });
      adam.advance();
    }
    const expected = (weightDecay: number) =>
      referenceAdam({ start: 1, gradients, rate: () => 0.1, weightDecay }).at(-1)!;
    expect(values(matrix)[0]).toBeCloseTo(expected(0.5), 5);
    expect(values(vector)[0]).toBeCloseTo(expected(0), 5);
  });

  it("leaves variables without a gradient, or not trainable, alone", () => {
    const used = scalar(1);
    const unused = scalar(1);
    const frozen = tf.variable(tf.tensor([1]), false);
    const adam = new Adam(
      new Map([
        ["used", used],
        ["unused", unused],
        ["frozen", frozen],
      ]),
      { learningRate: 0.1 },
    );
    run(adam, used, [1]);
    expect(values(unused)).toEqual([1]);
    expect(adam.variables).toEqual([used, unused]);
    expect([...adam.namedVariables().keys()]).toEqual([
      "updates",
      "moments.used.first",
      "moments.used.second",
      "moments.unused.first",
      "moments.unused.second",
    ]);
  });

  it("does the same compiled, the learning rate read anew for every step", async () => {
    const rate = warmupConstant(0.1, 3);
    const eager = scalar(1);
    const compiled = scalar(1);
    const adamOf = (variable: Variable) =>
      new Adam(new Map([["w", variable]]), { learningRate: rate });
    const optimizer = adamOf(compiled);
    const step = compile<{ gradient: HostTensor }, { x: Tensor }>((inputs) => {
      optimizer.apply({ [compiled.name]: inputs.gradient });
      return { x: tf.add(compiled, 0) };
    });
    const expected = run(adamOf(eager), eager, gradients);
    for (const [i, gradient] of gradients.entries()) {
      const { x } = await step({
        gradient: { dtype: "float32", shape: [1, 1], data: Float32Array.of(gradient) },
      });
      optimizer.advance();
      expect(x.data[0]).toBeCloseTo(expected[i]!, 6);
    }
    step.dispose();
  });
});

describe("clipping", () => {
  const grads = () => ({ a: tf.tensor([3]), b: tf.tensor([[0, 4]]) });

  it("measures all gradients together", () => {
    expect(values(globalNorm(grads()))[0]).toBeCloseTo(5, 6);
  });

  it("scales to the limit as torch does, coefficient limit / (norm + 1e-6)", () => {
    const { grads: clipped, norm } = clipByGlobalNorm(grads(), 1);
    expect(values(norm)[0]).toBeCloseTo(5, 6);
    expect(values(clipped.a!)[0]).toBeCloseTo(3 / (5 + 1e-6), 6);
    expect(values(clipped.b!)[1]).toBeCloseTo(4 / (5 + 1e-6), 6);
  });

  it("leaves smaller gradients as they are", () => {
    const { grads: clipped } = clipByGlobalNorm(grads(), 10);
    expect(values(clipped.a!)).toEqual([3]);
    expect(values(clipped.b!)).toEqual([0, 4]);
  });
});

describe("Ema", () => {
  it("starts at the variables and follows by 1 - decay", () => {
    const variable = scalar(1);
    const ema = new Ema(new Map([["encoder.w", variable]]), 0.75);
    expect(values(ema.shadow["encoder.w"]!)).toEqual([1]);
    variable.assign(tf.tensor([[5]]) as never);
    ema.update();
    expect(values(ema.shadow["encoder.w"]!)).toEqual([2]);
    ema.update();
    expect(values(ema.shadow["encoder.w"]!)).toEqual([2.75]);
    expect(values(variable)).toEqual([5]);
    expect([...ema.namedVariables().keys()]).toEqual(["shadow.encoder.w"]);
    expect(ema.parameterCount()).toBe(0);
  });
});

describe("schedules", () => {
  it("warmupConstant rises linearly and stays", () => {
    const schedule = warmupConstant(1, 4);
    expect([0, 1, 2, 3, 4, 100].map(schedule)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
    expect(warmupConstant(2, 0)(0)).toBe(2);
  });

  it("warmupCosine rises, falls along half a cosine and stays at its end", () => {
    const schedule = warmupCosine(1, 2, 10, 0.1);
    expect([0, 1, 2].map(schedule)).toEqual([0.5, 1, 1]);
    expect(schedule(6)).toBeCloseTo(0.55, 12); // half way
    expect(schedule(4)).toBeCloseTo(0.1 + 0.45 * (1 + Math.SQRT1_2), 12); // a quarter
    expect(schedule(10)).toBeCloseTo(0.1, 12);
    expect(schedule(1000)).toBeCloseTo(0.1, 12);
    expect(warmupCosine(1, 5, 5)(5)).toBeCloseTo(1, 12);
  });
});
