import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEngine } from "../engine.js";
import { hostInput } from "../host-input.js";
import { type HostTensor, hostTensor, type Tree } from "../host-tensor.js";
import { buffer, parameter } from "../nn/module.js";
import { Adam } from "../optim/index.js";
import { createKey } from "../random.js";
import { RandomStream } from "../random-stream.js";
import { type Tensor, tf, type Variable } from "../tf.js";
import { compile } from "./compile.js";

beforeEach(() => startEngine({ engine: "onnx-plain", threads: 1 }));
afterEach(() => tf.disposeVariables());

const floats = (...values: number[]) => hostTensor(Float32Array.from(values));
const valuesOf = (variable: Variable) => [...variable.dataSync()];
const nothing = {} as Record<string, HostTensor>;

/** A compiled program of named tensors. */
const program = <O extends Tree<Tensor>>(f: (x: Record<string, Tensor>) => O, name = "tested") =>
  compile<Record<string, HostTensor>, O>((inputs) => f(inputs as Record<string, Tensor>), { name });

describe("state", () => {
  it("is read, moved on and seen eagerly after every run", async () => {
    const total = buffer(new Float32Array(2), [2]);
    const add = program(({ x }) => {
      total.assign(tf.add(total, x!) as never);
      return { doubled: tf.mul(total, 2) };
    });
    expect([...(await add({ x: floats(1, 2) })).doubled.data]).toEqual([2, 4]);
    expect(valuesOf(total)).toEqual([1, 2]);
    expect([...(await add({ x: floats(1, 2) })).doubled.data]).toEqual([4, 8]);
    total.assign(tf.tensor([10, 20]) as never); // as loading a checkpoint does
    await add({ x: floats(1, 1) });
    expect(valuesOf(total)).toEqual([11, 21]);
    add.dispose();
  });

  it("is shared between programs", async () => {
    const total = buffer(new Float32Array(1), [1]);
    const add = program(({ x }) => {
      total.assign(tf.add(total, x!) as never);
      return {};
    });
    const read = program(() => ({ total: tf.mul(total, 1.5) }));
    for (let i = 0; i < 3; i++) await add({ x: floats(2) });
    expect([...(await read(nothing)).total.data]).toEqual([9]);
  });

  it("leaves alone what shared a variable's values", async () => {
    const start = Float32Array.of(1, 2);
    const a = parameter(start, [2]);
    const b = parameter(start, [2]);
    const twin = buffer(new Float32Array(2), [2]);
    twin.assign(a as never);
    const clone = tf.clone(a as Tensor);
    const grow = program(() => {
      a.assign(tf.add(a, 1) as never);
      return {};
    });
    for (let i = 0; i < 3; i++) await grow(nothing);
    expect(valuesOf(a)).toEqual([4, 5]);
    for (const untouched of [b, twin, clone]) expect([...untouched.dataSync()]).toEqual([1, 2]);
    expect([...start]).toEqual([1, 2]);
    clone.dispose();
  });

  it("keeps runs that were started at once in order", async () => {
    const total = buffer(new Float32Array(1), [1]);
    const affine = program(({ x }) => {
      total.assign(tf.add(tf.mul(total, 2), x!) as never);
      return { total: tf.clone(total as Tensor) };
    });
    const results = await Promise.all([1, 2, 3].map((x) => affine({ x: floats(x) })));
    expect(results.map(({ total }) => total.data[0])).toEqual([1, 4, 11]);
  });

  it("swaps two variables", async () => {
    const a = buffer(Float32Array.of(1), [1]);
    const b = buffer(Float32Array.of(2), [1]);
    const swap = program(() => {
      const old = tf.clone(a as Tensor);
      a.assign(b as never);
      b.assign(old as never);
      return {};
    });
    await swap(nothing);
    expect([valuesOf(a), valuesOf(b)]).toEqual([[2], [1]]);
    await swap(nothing);
    expect([valuesOf(a), valuesOf(b)]).toEqual([[1], [2]]);
  });

  it("is as before after a program that failed to trace", async () => {
    const a = buffer(Float32Array.of(1), [1]);
    const fails = program(() => {
      a.assign(tf.add(a, 1) as never);
      throw new Error("half way");
    });
    await expect(fails(nothing)).rejects.toThrow("half way");
    expect(valuesOf(a)).toEqual([1]);
    expect(tf.getBackend()).toBe("cpu");
  });

  it("can be frozen for inference", async () => {
    const scale = parameter(Float32Array.of(2), [1]);
    const inputs = { x: floats(3) };
    const frozen = compile<typeof inputs, Record<string, Tensor>>(
      (given) => ({ y: tf.mul(given.x, scale) }),
      { name: "frozen", weights: "frozen" },
    );
    expect((await frozen(inputs)).y!.data[0]).toBe(6);
    scale.assign(tf.tensor([10]) as never);
    expect((await frozen(inputs)).y!.data[0]).toBe(6);
    const assigning = compile(
      () => {
        scale.assign(tf.mul(scale, 2) as never);
        return {};
      },
      { name: "assigning", weights: "frozen" },
    );
    await expect(assigning({})).rejects.toThrow("must not assign variables, got 1");
    expect(valuesOf(scale)).toEqual([10]);
  });

  it("leaves no tensors behind", async () => {
    const a = buffer(Float32Array.of(1, 2), [2]);
    const before = tf.memory().numTensors;
    const step = program(({ x }) => {
      a.assign(tf.add(a, tf.mul(x!, tf.tensor([3, 4]))) as never);
      return { x: tf.sum(x!) };
    });
    for (let i = 0; i < 3; i++) await step({ x: floats(1, 2) });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("inputs", () => {
  it("are traced anew for other shapes", async () => {
    const reports: unknown[] = [];
    const sum = compile<Record<string, HostTensor>, Record<string, Tensor>>(
      (inputs) => ({ sum: tf.sum((inputs as Record<string, Tensor>).x!) }),
      { onCompiled: (report) => reports.push(report) },
    );
    expect((await sum({ x: floats(1, 2, 3) })).sum!.data[0]).toBe(6);
    expect((await sum({ x: floats(1, 2) })).sum!.data[0]).toBe(3);
    expect((await sum({ x: floats(4, 2) })).sum!.data[0]).toBe(6);
    expect(reports).toHaveLength(2);
  });

  it("from the host are made anew for every run", async () => {
    let count = 0;
    const counting = program(() => ({
      count: tf.mul(
        hostInput(() => floats(++count)),
        10,
      ),
    }));
    const first = (await counting(nothing)).count.data[0]!;
    expect((await counting(nothing)).count.data[0]).toBe(first + 10);
  });

  it("draw the same random numbers as eagerly", async () => {
    const draw = async (engine: "cpu" | "onnx-plain") => {
      await startEngine({ engine });
      const stream = new RandomStream(createKey(5));
      const noise = program(() => ({ a: stream.normal([3]), b: stream.uniform([2]) }));
      const drawn: number[] = [];
      for (let step = 0; step < 3; step++) {
        const { a, b } = await noise(nothing);
        drawn.push(...a.data, ...b.data);
        stream.advance();
      }
      return drawn;
    };
    const eager = await draw("cpu");
    expect(new Set(eager).size).toBe(eager.length);
    expect(await draw("onnx-plain")).toEqual(eager);
  });

  it("follow a learning rate's schedule", async () => {
    const weight = parameter(Float32Array.of(1), [1]);
    const named = new Map([["weight", weight]]);
    const adam = new Adam(named, { learningRate: (update) => (update === 0 ? 0 : 0.5) });
    const step = program(() => {
      const { value, grads } = tf.variableGrads(
        () => tf.sum(tf.square(weight)) as tf.Scalar,
        [weight],
      );
      adam.apply(grads);
      return { loss: value };
    });
    await step(nothing);
    adam.advance();
    expect(valuesOf(weight)).toEqual([1]);
    await step(nothing);
    expect(valuesOf(weight)[0]).toBeCloseTo(0.5, 5);
  });
});

it("captures tensors made outside as constants, and returns inputs and constants", async () => {
  const outside = tf.tensor([1, 2]);
  const f = program(({ x }) => ({
    sum: tf.add(outside, x!),
    x: x!,
    outside: tf.clone(outside),
    flags: tf.greater(x!, outside),
    whole: tf.cast(x!, "int32"),
  }));
  const { sum, x, outside: same, flags, whole } = await f({ x: floats(0.5, 3.7) });
  expect(sum.data).toEqual(Float32Array.of(1.5, 5.7));
  expect(x.data).toEqual(Float32Array.of(0.5, 3.7));
  expect(same.data).toEqual(Float32Array.of(1, 2));
  expect(flags).toEqual({ dtype: "bool", shape: [2], data: Uint8Array.of(0, 1) });
  expect(whole).toEqual({ dtype: "int32", shape: [2], data: Int32Array.of(0, 3) });
  outside.dispose();
});
