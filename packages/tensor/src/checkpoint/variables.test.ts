import { UserError } from "@fqgan/registry";
import { describe, expect, it } from "vitest";
import { hostTensor } from "../host-tensor.js";
import { buffer, parameter } from "../nn/module.js";
import type { Variable } from "../tf.js";
import { readVariables, writeVariables } from "./variables.js";

const model = (): Map<string, Variable> =>
  new Map([
    ["kernel", parameter(Float32Array.of(1, 2, 3, 4), [2, 2])],
    ["count", buffer(Float32Array.of(9), [])],
  ]);

describe("readVariables and writeVariables", () => {
  it("carry values from one model to another, as copies", async () => {
    const source = model();
    const target = model();
    source.get("kernel")!.assign(parameter(Float32Array.of(5, 6, 7, 8), [2, 2]) as never);
    const values = await readVariables(source);
    writeVariables(target, values, "a test");
    (values.kernel!.data as Float32Array).fill(0);
    expect(await readVariables(target)).toEqual({
      kernel: hostTensor(Float32Array.of(5, 6, 7, 8), [2, 2]),
      count: hostTensor(Float32Array.of(9), []),
    });
    expect((await readVariables(source)).kernel!.data).toEqual(Float32Array.of(5, 6, 7, 8));
  });

  it("name everything that does not fit, and change nothing", async () => {
    const target = model();
    const wrong = () =>
      writeVariables(
        target,
        {
          count: hostTensor(Int32Array.of(1), []),
          kernel: hostTensor(Float32Array.of(1, 2), [2]),
          extra: hostTensor(Float32Array.of(1)),
        },
        "tokenizer.safetensors",
      );
    expect(wrong).toThrow(UserError);
    expect(wrong).toThrow(/^tokenizer\.safetensors: these weights belong to another model:/);
    expect(wrong).toThrow(/kernel: expected \[2,2\], got \[2\]/);
    expect(wrong).toThrow(/count: expected float32, got int32/);
    expect(wrong).toThrow(/unexpected extra/);
    expect(() => writeVariables(target, {}, "x")).toThrow(/missing kernel \[2,2\]/);
    expect((await readVariables(target)).kernel!.data).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  it("shorten a long list", () => {
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`w${i}`, hostTensor(Float32Array.of(1))]),
    );
    expect(() => writeVariables(new Map(), many, "x")).toThrow(/… and 22 more/);
  });
});
