import { beforeAll, describe, expect, it } from "vitest";
import { startEngine } from "../../engine.js";
import type { Tree } from "../../host-tensor.js";
import { type Tensor, tf } from "../../tf.js";
import type { Graph } from "../graph.js";
import { trace } from "../trace/trace.js";
import { optimize } from "./index.js";

beforeAll(() => startEngine({ engine: "cpu" }));

type Named = Record<string, Tensor>;

/** The optimized graph of a program of float inputs. */
function optimized(shapes: Record<string, number[]>, program: (inputs: Named) => Tree<Tensor>) {
  const outlines = Object.entries(shapes).map(([name, shape]) => [
    name,
    { type: "float32" as const, shape },
  ]);
  const { graph } = trace((inputs) => program(inputs as Named), Object.fromEntries(outlines), {
    name: "tested",
  });
  return optimize(graph);
}

const ops = ({ nodes }: Graph) => nodes.map(({ op }) => op);

describe("what autodiff leaves behind", () => {
  it("is no spread-out gradient of a mean", () => {
    const graph = optimized({ x: [4, 5] }, ({ x }) => tf.grad((y) => tf.mean(tf.square(y)))(x!));
    expect(ops(graph)).toEqual(["Fill", "Multiply", "Multiply"]);
    const filled = graph.nodes.filter(({ op }) => op === "Fill");
    for (const { outputs } of filled) expect(outputs[0]!.shape).toEqual([]);
  });

  it("is no product with the zeros of an index's gradient", () => {
    const graph = optimized({ x: [6, 2], codes: [4, 2] }, ({ x, codes }) => {
      const picked = (a: Tensor) =>
        tf.gather(codes!, tf.argMin(tf.matMul(a, codes!, false, true), 1) as tf.Tensor1D);
      const loss = (a: Tensor) => tf.add(tf.sum(picked(a)), tf.sum(tf.mul(a, 3)));
      return tf.grad(loss)(x!);
    });
    expect(ops(graph)).not.toContain("BatchMatMul");
    expect(ops(graph)).not.toContain("UnsortedSegmentSum");
  });
});

describe("algebra", () => {
  it.each<[string, (x: Tensor) => Tensor]>([
    ["x + 0", (x) => tf.add(x, 0)],
    ["1 · x", (x) => tf.mul(1, x)],
    ["x / 1", (x) => tf.div(x, 1)],
    ["x - 0", (x) => tf.sub(x, tf.zeros([2, 3]))],
    ["x ^ 1", (x) => tf.pow(x, 1)],
    ["there and back", (x) => tf.transpose(tf.transpose(x))],
    ["reshaped and back", (x) => tf.reshape(tf.reshape(x, [6]), [2, 3])],
  ])("%s is x", (_name, program) => {
    const graph = optimized({ x: [2, 3] }, ({ x }) => program(x!));
    expect(graph.nodes).toEqual([]);
    expect(graph.outputs[0]).toBe(graph.inputs[0]);
  });

  it("keeps the shape of a sum with broadcast zeros", () => {
    const graph = optimized({ x: [3] }, ({ x }) => tf.add(x!, tf.zeros([2, 3])));
    expect(ops(graph)).toEqual(["BroadcastTo"]);
    expect(graph.outputs[0]!.shape).toEqual([2, 3]);
  });

  it("computes what is uniform at once", () => {
    const graph = optimized({ x: [2] }, () => tf.sqrt(tf.add(tf.ones([2, 2]), tf.mul(2, 1.5))));
    expect(graph.nodes.map(({ op, attributes }) => [op, attributes.value])).toEqual([["Fill", 2]]);
  });

  it("computes the same once, and what nobody needs never", () => {
    const graph = optimized({ x: [2] }, ({ x }) => {
      tf.sin(x!);
      return { a: tf.exp(tf.neg(x!)), b: tf.exp(tf.neg(x!)) };
    });
    expect(ops(graph)).toEqual(["Neg", "Exp"]);
  });
});

describe("a bias", () => {
  const shapes = { x: [1, 4, 4, 3], w: [3, 3, 3, 2], b: [2] };
  const convolve = ({ x, w }: Named) =>
    tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same") as Tensor;

  it("becomes part of its convolution", () => {
    const graph = optimized(shapes, (given) => tf.add(convolve(given), given.b!));
    expect(ops(graph)).toEqual(["Conv2D"]);
    expect(Object.keys(graph.nodes[0]!.inputs)).toEqual(["x", "filter", "bias"]);
  });

  it("stays apart where the convolution is needed without it", () => {
    const graph = optimized(shapes, (given) => {
      const y = convolve(given);
      return { y, sum: tf.add(y, given.b!) };
    });
    expect(ops(graph)).toEqual(["Conv2D", "Add"]);
  });
});

describe("a ReLU", () => {
  const shapes = { x: [1, 4, 4, 3], w: [3, 3, 3, 2], b: [2] };
  const sums = ({ x, w, b }: Named) =>
    tf.add(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same"), b!);

  it("becomes part of its convolution, with the bias", () => {
    const graph = optimized(shapes, (given) => tf.relu(sums(given)));
    expect(ops(graph)).toEqual(["Conv2D"]);
    expect(graph.nodes[0]!.attributes.activation).toBe("Relu");
  });

  it("stays apart where a gradient asks for what came before", () => {
    const graph = optimized(shapes, (given) =>
      tf.grad((b) => tf.sum(tf.relu(sums({ ...given, b }))))(given.b!),
    );
    expect(graph.nodes.some(({ attributes }) => attributes.activation)).toBe(false);
  });
});
