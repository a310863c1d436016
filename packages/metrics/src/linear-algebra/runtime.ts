/**
 * Programs of float64 matrix products for ONNX Runtime, whose kernels are some fifty times as fast as
 * loops of JavaScript. Shapes are free: one session serves every size.
 */
import { availableParallelism } from "node:os";
import { type OnnxNode, writeModel } from "@fqgan/tensor";
import type { InferenceSession } from "onnxruntime-node";

/** A row-major array that goes in or comes out; nothing is copied on the way in. */
export interface Operand {
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | BigInt64Array;
}

type OperandType = "float64" | "float32" | "int64";

const typeOf = ({ data }: Operand): OperandType =>
  data instanceof Float64Array ? "float64" : data instanceof Float32Array ? "float32" : "int64";

/** A graph as a function; its session is made at the first call. All outputs are float64 matrices. */
export function denseProgram<Input extends string, Output extends string>(graph: {
  readonly inputs: Readonly<Record<Input, { readonly type?: OperandType; readonly rank?: number }>>;
  readonly outputs: readonly Output[];
  readonly nodes: readonly OnnxNode[];
}): (operands: Readonly<Record<Input, Operand>>) => Promise<Record<Output, Float64Array>> {
  const open = async () => {
    const inputs = Object.entries<{ type?: OperandType; rank?: number }>(graph.inputs);
    // no uploader of usage data
    process.env.ORT_DISABLE_TELEMETRY = "1";
    const ort = await import("onnxruntime-node");
    const session: InferenceSession = await ort.InferenceSession.create(
      writeModel({
        inputs: inputs.map(([name, { type = "float64", rank = 2 }]) => ({
          name,
          type,
          shape: Array.from({ length: rank }, (_, axis) => `${name}${axis}`),
        })),
        outputs: graph.outputs.map((name) => ({
          name,
          type: "float64",
          shape: [`${name}0`, `${name}1`],
        })),
        initializers: new Map(),
        nodes: graph.nodes,
      }),
      {
        intraOpNumThreads: availableParallelism(),
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        // Spinning threads make each other wait on a busy machine.
        extra: { session: { intra_op: { allow_spinning: "0" } } },
      },
    );
    return { session, Tensor: ort.Tensor };
  };
  let opened: ReturnType<typeof open> | undefined;
  return async (operands) => {
    opened ??= open();
    const { session, Tensor } = await opened;
    const feeds = Object.fromEntries(
      Object.entries<Operand>(operands).map(([name, operand]) => [
        name,
        new Tensor(typeOf(operand), operand.data as Float64Array, [...operand.shape]),
      ]),
    );
    const results = await session.run(feeds);
    return Object.fromEntries(
      graph.outputs.map((name) => [name, results[name]!.data as Float64Array]),
    ) as Record<Output, Float64Array>;
  };
}

/** `name = α·op(a)·op(b) + c`, where op transposes if asked. */
export function product(
  name: string,
  [a, b, c]: readonly [a: string, b: string, c?: string],
  attributes: { readonly transA?: 1; readonly transB?: 1; readonly alpha?: -1 } = {},
): OnnxNode {
  return {
    op: "Gemm",
    inputs: c === undefined ? [a, b] : [a, b, c],
    outputs: [name],
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [
        key,
        key === "alpha" ? { float: value } : { int: value },
      ]),
    ),
  };
}
