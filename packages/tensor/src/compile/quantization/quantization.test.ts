import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EngineName, startEngine } from "../../engine.js";
import { type HostTensor, hostTensor } from "../../host-tensor.js";
import { parameter } from "../../nn/module.js";
import { createKey, fold, normal } from "../../random.js";
import { type Tensor, tf, type Variable } from "../../tf.js";
import { type CompileOptions, compile } from "../compile.js";
import { dequantizeMatrix, quantizeMatrix } from "./block-quantize.js";
import { type PrecisionName, precisions } from "./precision.js";

const random = (name: string, size: number) => normal(fold(createKey(9), name), size);
const rootMeanSquare = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length);

beforeEach(() => startEngine({ engine: "onnx", threads: 1 }));
afterEach(() => tf.disposeVariables());

describe("quantizeMatrix", () => {
  it.each([
    [8, 32, 70, 5],
    [4, 32, 64, 18],
    [4, 16, 40, 33],
  ] as const)(
    "keeps weights to half a step: %d bits, blocks of %d",
    (bits, block, inputs, outputs) => {
      const weights = random("weights", inputs * outputs);
      const matrix = quantizeMatrix(weights, [inputs, outputs], { bits, block });
      const blocks = Math.ceil(inputs / block);
      expect(matrix.values.length).toBe((outputs * blocks * block * bits) / 8);
      const back = dequantizeMatrix(matrix);
      for (let i = 0; i < inputs; i++)
        for (let o = 0; o < outputs; o++) {
          const scale = Math.abs(matrix.scales[o * blocks + Math.floor(i / block)]!);
          const error = Math.abs(back[i * outputs + o]! - weights[i * outputs + o]!);
          // The range has one number fewer at one end, where up to a whole step is lost.
          expect(error).toBeLessThanOrEqual(scale * 1.0001);
        }
      const error = rootMeanSquare(back.map((value, i) => value - weights[i]!));
      expect(error).toBeLessThan(bits === 8 ? 0.006 : 0.09);
    },
  );

  it("is exact where weights are whole multiples, and for zeros", () => {
    const weights = Float32Array.from({ length: 32 }, (_, i) => (i - 16) / 4);
    const once = dequantizeMatrix(quantizeMatrix(weights, [32, 1], { bits: 8, block: 32 }));
    expect(once).toEqual(dequantizeMatrix(quantizeMatrix(once, [32, 1], { bits: 8, block: 32 })));
    const none = quantizeMatrix(new Float32Array(32), [32, 1], { bits: 4, block: 32 });
    expect(dequantizeMatrix(none)).toEqual(new Float32Array(32));
  });
});

/** x·w with w frozen. */
function product(w: Variable, options: CompileOptions) {
  return compile<{ x: HostTensor }, { y: Tensor }>(
    ({ x }) => ({ y: tf.matMul(x as tf.Tensor2D, w as unknown as tf.Tensor2D) }),
    options,
  );
}

describe("a program of few bits", () => {
  const [rows, inputs, outputs] = [3, 96, 40];
  const weights = random("w", inputs * outputs);
  const x = hostTensor(random("x", rows * inputs), [rows, inputs]);

  /** The root-mean-square error of a product over the product's own size. */
  async function lossOf(engine: EngineName, precision: PrecisionName): Promise<number> {
    await startEngine({ engine, threads: 1 });
    const w = parameter(weights, [inputs, outputs]);
    const exact = (await product(w, { weights: "frozen" })({ x })).y.data;
    const rounded = (await product(w, { weights: "frozen", precision })({ x })).y.data;
    return (
      rootMeanSquare(Array.from(exact, (value, i) => value - rounded[i]!)) / rootMeanSquare(exact)
    );
  }

  it.each<[EngineName, PrecisionName, number, number]>([
    ["onnx", "float32", 0, 0],
    ["onnx", "int8", 1e-4, 0.012],
    ["onnx", "int4", 0.02, 0.11],
    ["onnx-plain", "int8", 1e-4, 0.008],
    ["onnx-plain", "int4", 0.02, 0.11],
  ])("on %s with %s weights loses what they lose", async (engine, precision, least, most) => {
    const loss = await lossOf(engine, precision);
    expect(loss).toBeGreaterThanOrEqual(least);
    expect(loss).toBeLessThanOrEqual(most);
  });

  it("leaves products of computed matrices as they are", async () => {
    const square = compile<{ x: HostTensor }, { y: Tensor }>(
      (fed) => ({ y: tf.matMul(fed.x as tf.Tensor2D, fed.x as tf.Tensor2D, false, true) }),
      { weights: "frozen", precision: "int4" },
    );
    const exact = compile<{ x: HostTensor }, { y: Tensor }>((fed) => ({
      y: tf.matMul(fed.x as tf.Tensor2D, fed.x as tf.Tensor2D, false, true),
    }));
    expect((await square({ x })).y).toEqual((await exact({ x })).y);
  });

  it("needs frozen weights, a known name and a compiled engine", async () => {
    const w = parameter(weights, [inputs, outputs]);
    expect(() => product(w, { name: "p", precision: "int8" })).toThrow(
      'compile("p"): expected frozen weights for the precision int8, got live ones',
    );
    expect(() => product(w, { weights: "frozen", precision: "int5" as "int4" })).toThrow(
      /unknown name "int5"; did you mean "int[48]"\? known: float32, int8, int4/,
    );
    await startEngine({ engine: "cpu" });
    await expect(product(w, { weights: "frozen", precision: "int8" })({ x })).rejects.toThrow(
      'got "cpu"; use the engine "onnx"',
    );
  });

  it("says what each precision is", () => {
    for (const { name, summary } of precisions) expect(summary.length, name).toBeGreaterThan(10);
  });
});
