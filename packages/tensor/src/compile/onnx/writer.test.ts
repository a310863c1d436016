import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { type OnnxModel, writeModel } from "./writer.js";

const run = async (model: OnnxModel, feeds: Record<string, Tensor>) => {
  const session = await InferenceSession.create(writeModel(model));
  const results = await session.run(feeds);
  await session.release();
  return results;
};

it("writes nodes, attributes of every kind, initializers and typed edges that ONNX Runtime reads", async () => {
  const model: OnnxModel = {
    inputs: [{ name: "x", type: "float32", shape: [2, 3] }],
    outputs: [
      { name: "y", type: "float32", shape: [3, 2] },
      { name: "i", type: "int64", shape: [3] },
    ],
    initializers: new Map([
      ["bias", { type: "float32", shape: [2], data: Float32Array.of(10, 20) }],
    ]),
    nodes: [
      { op: "Transpose", inputs: ["x"], outputs: ["t"], attributes: { perm: { ints: [1, 0] } } },
      { op: "LeakyRelu", inputs: ["t"], outputs: ["l"], attributes: { alpha: { float: 0.5 } } },
      { op: "Add", inputs: ["l", "bias"], outputs: ["a"] },
      {
        op: "Constant",
        inputs: [],
        outputs: ["two"],
        attributes: {
          value: { tensor: { type: "float32", shape: [1], data: Float32Array.of(2) } },
        },
      },
      { op: "Mul", inputs: ["a", "two"], outputs: ["y"] },
      {
        op: "ArgMax",
        inputs: ["y"],
        outputs: ["i"],
        attributes: { axis: { int: -1 }, keepdims: { int: 0 } },
      },
    ],
  };
  const x = new Tensor("float32", Float32Array.of(1, -2, 3, -40, 5, -6), [2, 3]);
  const { y, i } = await run(model, { x });
  // [[1, -40], [-2, 5], [3, -6]] → leaky 0.5 → + [10, 20] → × 2
  expect([...(y!.data as Float32Array)]).toEqual([22, 0, 18, 50, 26, 34]);
  expect([...(i!.data as BigInt64Array)]).toEqual([0n, 1n, 1n]);
});

it("reaches ONNX Runtime's own domains", async () => {
  const model: OnnxModel = {
    inputs: [{ name: "x", type: "float32", shape: ["rows", 2] }],
    outputs: [{ name: "y", type: "float32", shape: ["rows", 2] }],
    initializers: new Map(),
    nodes: [
      {
        op: "QuickGelu",
        domain: "com.microsoft",
        inputs: ["x"],
        outputs: ["y"],
        attributes: { alpha: { float: 1 } },
      },
    ],
  };
  const { y } = await run(model, { x: new Tensor("float32", Float32Array.of(0, 1), [1, 2]) });
  expect((y!.data as Float32Array)[1]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
});
