import type * as Ort from "onnxruntime-node";
import type { Graph, Value } from "../../graph.js";
import { writeModel } from "../../onnx/writer.js";
import { createSession, onnxRuntime } from "../../runtime/onnx-runtime.js";
import { inputName, outputName } from "../lowering.js";
import { blockedLowering } from "./index.js";

/** Channels that a block may have: with AVX-512, with AVX2, and with NEON. */
const candidates = [16, 8, 4] as const;

export type BlockProbe = { readonly block: number } | { readonly block?: never; reason: string };

/**
 * How many channels ONNX Runtime puts into a block on this machine. It does not say, and a wrong
 * number would give wrong results without an error, so a small convolution and the gradient of its
 * filter are computed in blocks and compared with their definition.
 */
export async function probeBlock(): Promise<BlockProbe> {
  const reasons: string[] = [];
  for (const block of candidates) {
    const reason = await disagreement(block).catch((error: Error) => error.message.split("\n")[0]);
    if (reason === undefined) return { block };
    reasons.push(`${block}: ${reason}`);
  }
  return {
    reason: `no block size makes ONNX Runtime's blocked convolution agree (${reasons.join("; ")})`,
  };
}

const sides = { images: 2, rows: 3, columns: 4, inputs: 32, outputs: 48, window: 3 } as const;

/** Why a block size cannot be used, or undefined where the results are right. */
async function disagreement(block: number): Promise<string | undefined> {
  const { graph, values } = probeGraph();
  const session = await createSession(writeModel(blockedLowering(block).lower(graph)), {
    threads: 1,
  });
  try {
    const { Tensor } = await onnxRuntime();
    const feeds: Record<string, Ort.Tensor> = {};
    for (const value of graph.inputs)
      feeds[inputName(value)] = new Tensor("float32", values.get(value)!, value.shape);
    const made = await session.run(feeds);
    const [x, filter, dy] = graph.inputs.map((value) => values.get(value)!);
    const expected = [convolve(x!, filter!), correlate(x!, dy!)];
    for (const [index, values] of expected.entries()) {
      const actual = made[outputName(index)]!.data as Float32Array;
      const wrong = values.findIndex((value, place) => Math.abs(value - actual[place]!) > 1e-3);
      if (wrong >= 0) return `expected ${values[wrong]}, got ${actual[wrong]}`;
    }
    return undefined;
  } finally {
    await session.release();
  }
}

/** A convolution and the gradient of its filter. */
function probeGraph() {
  const { images, rows, columns, inputs, outputs, window } = sides;
  const shapes = [
    [images, rows, columns, inputs],
    [window, window, inputs, outputs],
    [images, rows, columns, outputs],
  ];
  const value = (id: number, shape: readonly number[]): Value => ({ id, type: "float32", shape });
  const [x, filter, dy] = shapes.map((shape, id) => value(id, shape)) as [Value, Value, Value];
  const [y, dw] = [value(3, dy.shape), value(4, filter.shape)];
  const attributes = {
    strides: [1, 1],
    dilations: [1, 1],
    padding: { top: 1, bottom: 1, left: 1, right: 1 },
    window: [window, window],
  };
  const graph: Graph = {
    inputs: [x, filter, dy],
    constants: new Map(),
    nodes: [
      { op: "Conv2D", inputs: { x, filter }, attributes, outputs: [y] },
      { op: "Conv2DBackpropFilter", inputs: { x, dy }, attributes, outputs: [dw] },
    ],
    outputs: [y, dw],
  };
  const values = new Map(
    graph.inputs.map(({ id, shape }) => {
      const size = shape.reduce((product, side) => product * side, 1);
      return [graph.inputs[id]!, Float32Array.from({ length: size }, (_, i) => Math.sin(i + id))];
    }),
  );
  return { graph, values };
}

/** Calls `visit` with the flat places of x, the filter and y for every product of the convolution. */
function products(visit: (x: number, filter: number, y: number) => void): void {
  const { images, rows, columns, inputs, outputs, window } = sides;
  const pixel = (image: number, row: number, column: number) =>
    (image * rows + row) * columns + column;
  for (let image = 0; image < images; image++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let tap = 0; tap < window * window; tap++) {
          const fromRow = row + Math.floor(tap / window) - 1;
          const fromColumn = column + (tap % window) - 1;
          if (fromRow < 0 || fromRow >= rows || fromColumn < 0 || fromColumn >= columns) continue;
          for (let i = 0; i < inputs; i++)
            for (let o = 0; o < outputs; o++)
              visit(
                pixel(image, fromRow, fromColumn) * inputs + i,
                (tap * inputs + i) * outputs + o,
                pixel(image, row, column) * outputs + o,
              );
        }
}

function convolve(x: Float32Array, filter: Float32Array): Float64Array {
  const { images, rows, columns, outputs } = sides;
  const y = new Float64Array(images * rows * columns * outputs);
  products((fromX, fromFilter, to) => {
    y[to]! += x[fromX]! * filter[fromFilter]!;
  });
  return y;
}

function correlate(x: Float32Array, dy: Float32Array): Float64Array {
  const { inputs, outputs, window } = sides;
  const dw = new Float64Array(window * window * inputs * outputs);
  products((fromX, to, fromDy) => {
    dw[to]! += x[fromX]! * dy[fromDy]!;
  });
  return dw;
}
