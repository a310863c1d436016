import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EngineName, startEngine } from "../../engine.js";
import { hostTensor } from "../../host-tensor.js";
import { Conv2d } from "../../nn/conv.js";
import { Embedding } from "../../nn/embedding.js";
import { Linear } from "../../nn/linear.js";
import { buffer, parameter } from "../../nn/module.js";
import { RmsNorm } from "../../nn/norm.js";
import { createKey, fold, normal } from "../../random.js";
import { RandomStream } from "../../random-stream.js";
import { type Tensor, tf } from "../../tf.js";
import { onnxRuntime } from "../runtime/onnx-runtime.js";
import type { StorageName } from "./storage.js";
import { type OnnxFile, type Outlined, toOnnx } from "./to-onnx.js";

beforeEach(() => startEngine({ engine: "cpu" }));
afterEach(() => tf.disposeVariables());

const key = createKey(4);
const random = (name: string, size: number) => normal(fold(key, name), size);
const outline = (...shape: number[]): Outlined => ({ dtype: "float32", shape });

/** What ONNX Runtime makes of a file's inputs, given as values by name. */
async function run(file: OnnxFile, values: Record<string, Float32Array | Int32Array>) {
  const { InferenceSession, Tensor } = await onnxRuntime();
  const session = await InferenceSession.create(file.bytes);
  const feeds = file.inputs.map(({ name, type, shape }) => [
    name,
    new Tensor(type as "float32", values[name] as Float32Array, shape as number[]),
  ]);
  const made = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(
    Object.entries(made).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}

const worst = (actual: readonly number[], expected: ArrayLike<number>) =>
  Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));

describe("toOnnx", () => {
  it("says a program in standard operators, inputs and outputs by their paths", async () => {
    const convolution = new Conv2d({ inputs: 3, outputs: 4, kernel: 3, key });
    const norm = new RmsNorm({ channels: 4 });
    const file = toOnnx(
      ({ images, more }: { images: Tensor; more: Record<string, Tensor> }) => {
        const features = norm.call(convolution.call(images));
        return { features, sum: { of: tf.add(features, more.of!) } };
      },
      { images: outline(1, 4, 4, 3), more: { of: outline(1, 4, 4, 4) } },
      { name: "tested", metadata: { "fqgan.part": "tested" } },
    );
    expect(file.inputs.map(({ name }) => name)).toEqual(["images", "more.of"]);
    expect(file.outputs.map(({ name }) => name)).toEqual(["features", "sum.of"]);
    const [images, more] = [random("images", 48), random("more", 64)];
    const made = await run(file, { images, "more.of": more });
    const expected = norm.call(convolution.call(tf.tensor(images, [1, 4, 4, 3]))).dataSync();
    expect(worst(made.features!, expected)).toBeLessThan(1e-5);
    expect(
      worst(
        made["sum.of"]!,
        expected.map((v, i) => v + more[i]!),
      ),
    ).toBeLessThan(1e-5);
    const text = new TextDecoder("latin1").decode(file.bytes);
    expect(text).toContain("fqgan.part");
    expect(text).not.toContain("com.microsoft");
  });

  it("makes state inputs and outputs, and leaves the variables alone", async () => {
    const total = buffer(new Float32Array(2), [2]);
    const scale = parameter(Float32Array.of(3), [1]);
    const file = toOnnx(
      ({ x }: { x: Tensor }) => {
        total.assign(tf.add(total, tf.mul(x, scale)) as never);
        return { doubled: tf.mul(total, 2) };
      },
      { x: outline(2) },
      { name: "sum", state: { total } },
    );
    expect(file.inputs.map(({ name }) => name)).toEqual(["x", "total"]);
    expect(file.outputs.map(({ name }) => name)).toEqual(["doubled", "next.total"]);
    const made = await run(file, { x: Float32Array.of(1, 2), total: Float32Array.of(10, 20) });
    expect(made).toEqual({ doubled: [26, 52], "next.total": [13, 26] });
    expect([...total.dataSync()]).toEqual([0, 0]);
  });

  it.each<[StorageName, number, number]>([
    ["float32", 1, 1e-5],
    ["float16", 0.51, 3e-3],
    ["int8", 0.27, 5e-2],
  ])("stores weights as %s", async (precision, share, error) => {
    const table = new Embedding({ count: 32, channels: 64, key: fold(key, "table") });
    const linear = new Linear({ inputs: 64, outputs: 64, key: fold(key, "linear") });
    const program = ({ codes }: { codes: Tensor }) => ({ y: linear.call(table.call(codes)) });
    const inputs = { codes: { dtype: "int32", shape: [5] } as const };
    const whole = toOnnx(program, inputs, { name: "whole" });
    const file = toOnnx(program, inputs, { name: "stored", precision });
    expect(file.bytes.length / whole.bytes.length).toBeLessThan(share + 0.05);
    const codes = Int32Array.of(0, 31, 7, 8, 9);
    const made = await run(file, { codes });
    const { y } = program({ codes: tf.tensor(codes, [5], "int32") });
    expect(worst(made.y!, y.dataSync())).toBeLessThan(error);
  });
  it("finds the first of equal extremes", async () => {
    const file = toOnnx(
      ({ x }: { x: Tensor }) => ({ largest: tf.argMax(x, 1), least: tf.argMin(x, 0) }),
      { x: outline(2, 200) },
      { name: "places" },
    );
    const x = Float32Array.from({ length: 400 }, (_, i) => [3, -1, 7, 7, -1][(i * 13) % 5]!);
    const made = await run(file, { x });
    const tensor = tf.tensor(x, [2, 200]);
    expect(made.largest).toEqual([...tf.argMax(tensor, 1).dataSync()]);
    expect(made.least).toEqual([...tf.argMin(tensor, 0).dataSync()]);
    expect(new TextDecoder("latin1").decode(file.bytes)).not.toContain("ArgM");
  });

  it("stores what is no weight as it is", async () => {
    const places = random("places", 512);
    const program = ({ x }: { x: Tensor }) => ({ y: tf.add(x, tf.tensor(places, [16, 32])) });
    const file = toOnnx(program, { x: outline(16, 32) }, { name: "constant", precision: "int8" });
    const made = await run(file, { x: new Float32Array(512) });
    expect(made.y).toEqual([...places]);
  });

  it("refuses what has no names, what draws random numbers, and unknown precisions", () => {
    const x = outline(2);
    const double = (input: Tensor) => tf.mul(input, 2);
    const given = { name: "tested" };
    expect(() => toOnnx(({ x }: { x: Tensor }) => double(x), { x }, given)).toThrow(
      'toOnnx("tested"): expected records of tensors, which have names',
    );
    expect(() => toOnnx(({ x }: { x: Tensor }) => ({ x: double(x) }), { x }, given)).toThrow(
      "expected names of their own for inputs and outputs, got x twice",
    );
    const stream = new RandomStream(key);
    const noisy = ({ x }: { x: Tensor }) => ({ y: tf.add(x, stream.uniform([2])) });
    expect(() => toOnnx(noisy, { x }, given)).toThrow("make those an argument");
    const precision = "flaot16" as StorageName;
    const fine = ({ x }: { x: Tensor }) => ({ y: double(x) });
    expect(() => toOnnx(fine, { x }, { ...given, precision })).toThrow('did you mean "float16"?');
  });

  it.each<EngineName>(["cpu", "onnx-plain"])("works while %s runs programs", async (engine) => {
    await startEngine({ engine, threads: 1 });
    const file = toOnnx(
      ({ x }: { x: Tensor }) => ({ y: tf.mul(x, 2) }),
      { x: outline(2) },
      {
        name: "double",
      },
    );
    const { data } = hostTensor(Float32Array.of(1, 2));
    expect(await run(file, { x: data as Float32Array })).toEqual({ y: [2, 4] });
  });
});
