import { afterEach, describe, expect, it } from "vitest";
import { compile } from "../compile/compile.js";
import { type EngineName, startEngine } from "../engine.js";
import { type HostTensor, hostTensor } from "../host-tensor.js";
import { buffer } from "../nn/module.js";
import { createKey, fold, normal } from "../random.js";
import { type Tensor, tf } from "../tf.js";
import { cachedAttention } from "./cached-attention.js";

const [batch, heads, groups, count, depth] = [2, 4, 2, 5, 16];
const width = (heads + 2 * groups) * depth;
const random = (name: string, sides: readonly number[]) => {
  const size = sides.reduce((product, side) => product * side, 1);
  return hostTensor(normal(fold(createKey(3), name), size), sides);
};
const rows = Array.from({ length: count }, (_, t) => random(`row ${t}`, [batch, width]));
const angles = random("angles", [count, depth / 2]).data as Float32Array;

/** Each position's output and the cache at the end. */
async function decode(engine: EngineName) {
  await startEngine({ engine });
  const empty = () =>
    buffer(new Float32Array(batch * groups * count * depth).fill(7), [batch, groups, count, depth]);
  const cache = { keys: empty(), values: empty() };
  const memory = cache.keys.dataSync();
  const step = compile<{ row: HostTensor; position: HostTensor }, { mixed: Tensor }>(
    ({ row, position }) => ({
      mixed: cachedAttention({
        projected: row,
        position,
        cache,
        heads,
        cosine: tf.tensor(angles.map(Math.cos), [count, depth / 2]),
        sine: tf.tensor(angles.map(Math.sin), [count, depth / 2]),
      }),
    }),
    { weights: "frozen", state: [cache.keys, cache.values] },
  );
  const outputs: number[][] = [];
  for (const [t, row] of rows.entries()) {
    const { mixed } = await step({ row, position: hostTensor(Int32Array.of(t)) });
    outputs.push([...mixed.data]);
  }
  const kept = cache.keys.dataSync() === memory;
  const values = [...cache.keys.dataSync(), ...cache.values.dataSync()];
  step.dispose();
  return { outputs: outputs.flat(), values, kept };
}

const expectClose = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries())
    if (!(Math.abs(actual[i]! - value) < 1e-5)) expect.fail(`[${i}] ${actual[i]} is not ${value}`);
};

afterEach(() => tf.disposeVariables());

describe("cachedAttention", () => {
  it("is causal attention over the positions so far", async () => {
    const { outputs } = await decode("cpu");
    // The first position sees itself alone: every query of a group gets that group's value.
    const first = rows[0]!.data as Float32Array;
    const value = (group: number, i: number) => first[(heads + groups + group) * depth + i]!;
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < depth; i++)
        expect(outputs[head * depth + i]).toBeCloseTo(value(Math.floor(head / 2), i), 5);
  });

  it.each<EngineName>(["onnx-plain", "onnx"])(
    "computes on %s what it does eagerly",
    async (engine) => {
      const [expected, actual] = [await decode("cpu"), await decode(engine)];
      expectClose(actual.outputs, expected.outputs);
      expectClose(actual.values, expected.values);
    },
  );

  it("writes to the cache where it lies on onnx", async () => {
    expect((await decode("onnx")).kept).toBe(true);
    expect((await decode("onnx-plain")).kept).toBe(false);
  });
});
