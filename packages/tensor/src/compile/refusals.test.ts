import { UserError } from "@fqgan/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEngine } from "../engine.js";
import { hostInput } from "../host-input.js";
import { type HostTensor, hostTensor, type Tree } from "../host-tensor.js";
import { type Tensor, tf } from "../tf.js";
import { compile } from "./compile.js";

beforeEach(() => startEngine({ engine: "onnx-plain", threads: 1 }));
afterEach(() => tf.disposeVariables());

const floats = (...values: number[]) => hostTensor(Float32Array.from(values));
const nothing = {} as Record<string, HostTensor>;

/** A compiled program of named tensors. */
const program = <O extends Tree<Tensor>>(f: (x: Record<string, Tensor>) => O, name = "tested") =>
  compile<Record<string, HostTensor>, O>((inputs) => f(inputs as Record<string, Tensor>), { name });

describe("a program that cannot be compiled", () => {
  it("is told where it read a value", async () => {
    const reading = program(({ x }) => {
      const scale = tf.exp(x!).dataSync()[0]!;
      return { y: tf.mul(x!, scale) };
    }, "reader");
    const error = await reading({ x: floats(1) }).catch((reason) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/^compile\("reader"\).*must not read tensor values.*of Exp/);
    expect(error.message).toContain("refusals.test.ts");
  });

  it("is told which op is missing and where it was called", async () => {
    const transforming = program(({ x }) => ({ y: tf.spectral.fft(tf.complex(x!, x!)) }), "waves");
    const error = await transforming({ x: floats(1, 2) }).catch((reason) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/^compile\("waves"\): the op Complex cannot be compiled/);
    expect(error.message).toContain("refusals.test.ts");
  });

  it("must not create variables", async () => {
    const creating = program(({ x }) => ({ y: tf.add(x!, tf.variable(tf.scalar(1))) }), "maker");
    await expect(creating({ x: floats(1) })).rejects.toThrow(
      'compile("maker"): a compiled program must not create variables',
    );
  });

  it("must return tensors that live", async () => {
    const disposing = program(({ x }) => {
      const y = tf.exp(x!);
      y.dispose();
      return { y };
    });
    await expect(disposing({ x: floats(1) })).rejects.toThrow("an output was disposed");
    const numbers = program((() => ({ y: 3 })) as never);
    await expect(numbers(nothing)).rejects.toThrow("got number");
    const idle = program(() => ({}), "idle");
    await expect(idle(nothing)).rejects.toThrow(
      'compile("idle"): expected a program that returns a tensor or assigns a variable',
    );
  });

  it("must keep the shape of its host inputs", async () => {
    let size = 1;
    const growing = program(() => ({ y: hostInput(() => hostTensor(new Float32Array(size++))) }));
    await expect(growing(nothing)).rejects.toThrow("keep its shape the same");
  });
});
