/** The engine `onnx-webgpu` (graphs on ONNX Runtime's WebGPU provider) against the cpu backend, on a software GPU. */
import { compile, nn, startEngine, type Tensor, tf } from "@fqgan/tensor";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { firstDifference, runCase } from "../../packages/tensor/src/compile/conformance/suite.js";
import { compareRuns } from "./compare-runs.js";
import { coveringCases } from "./covering-cases.js";
import { sampleCodes, trainTokenizer } from "./small-models.js";
import { useSoftwareGpu } from "./software-gpu.js";

const onGpu = { engine: "onnx-webgpu" } as const;
/** Nothing may be left to the processor. */
const onGpuAlone = { ...onGpu, fallback: "refuse" } as const;

/** What ONNX Runtime's provider has no words for at all. */
const mayFallBack = /^is(NaN|Inf|Finite)|^bools are moved/;
/** WGSL asks no more of these than 11 bits (https://www.w3.org/TR/WGSL/#floating-point-accuracy). */
const inexact = /^(sin|cos|tan|asin|acos|atan) /;

beforeAll(useSoftwareGpu);
afterEach(() => tf.disposeVariables());

describe("onnx-webgpu", () => {
  it("says what it is", async () => {
    expect(await startEngine(onGpu)).toMatchObject({ name: "onnx-webgpu", lowering: "webgpu" });
  });

  it.each(coveringCases().map((tried) => [tried.name, tried] as const))(
    "computes %s",
    async (_name, tried) => {
      const expected = await runCase({ engine: "cpu" }, tried);
      const actual = await runCase(mayFallBack.test(tried.name) ? onGpu : onGpuAlone, tried);
      const tolerance = inexact.test(tried.name) ? 1e-3 : undefined;
      expect(firstDifference(actual, expected, tolerance)).toBeUndefined();
    },
  );

  it("trains, encodes and reconstructs as the cpu does, all of it on the GPU", async () => {
    await startEngine({ engine: "cpu" });
    const expected = await trainTokenizer(2);
    await startEngine(onGpuAlone);
    compareRuns(await trainTokenizer(2), expected);
  });

  it("samples the codes that the cpu does, all of it on the GPU", async () => {
    await startEngine({ engine: "cpu" });
    const expected = await sampleCodes();
    await startEngine(onGpuAlone);
    const actual = await sampleCodes();
    for (const [name, codes] of Object.entries(expected))
      expect([...actual[name]!.data], name).toEqual([...codes.data]);
  });
});

describe("variables on the GPU", () => {
  const add = () => {
    const total = nn.buffer(new Float32Array(3), [3]);
    const step = compile(({ x }: { x: Tensor }) => {
      total.assign(tf.add(total, x) as never);
      return { sum: tf.sum(total) };
    });
    const x = { dtype: "float32", shape: [3], data: Float32Array.of(1, 2, 3) } as const;
    return { total, step: () => step({ x }), dispose: () => step.dispose() };
  };

  it("stay there from run to run, and are read by whoever asks", async () => {
    await startEngine(onGpuAlone);
    const { total, step, dispose } = add();
    await step();
    expect((await step()).sum.data[0]).toBe(12);
    expect([...total.dataSync()]).toEqual([2, 4, 6]);
    expect([...(await tf.mul(total, 2).data())]).toEqual([4, 8, 12]);
    total.assign(tf.tensor([10, 10, 10]) as never); // as loading a checkpoint does
    expect((await step()).sum.data[0]).toBe(36);
    dispose();
  });

  it("are taken along to another engine and back", async () => {
    await startEngine(onGpuAlone);
    const { total, step, dispose } = add();
    await step();
    const onProcessor = compile(() => {
      total.assign(tf.mul(total, 10) as never);
      return {};
    });
    await startEngine({ engine: "onnx-plain" });
    await onProcessor({});
    await startEngine(onGpuAlone);
    expect((await step()).sum.data[0]).toBe(66);
    onProcessor.dispose();
    dispose();
  });

  it("take the same memory after many steps", async () => {
    await startEngine(onGpuAlone);
    const size = 2 ** 18;
    const state = Array.from({ length: 4 }, () => nn.buffer(new Float32Array(size), [size]));
    const step = compile(() => {
      for (const variable of state) variable.assign(tf.add(variable, 1) as never);
      return {};
    });
    const run = async (steps: number) => {
      for (let i = 0; i < steps; i++) await step({});
      return process.memoryUsage.rss();
    };
    const before = await run(30);
    const after = await run(100); // which would keep 400 MB if old values were not given back
    expect(after - before).toBeLessThan(60e6);
    expect(state[0]!.dataSync()[size - 1]).toBe(130);
    step.dispose();
  });
});
