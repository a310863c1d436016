import { tf } from "../../tf-core.js";
import { type Graph, type GraphNode, sameShape, sizeOf, type Value } from "../graph.js";
import { elementwiseOps } from "../lowering/plain/elementwise.js";
import type { Outline } from "../trace/recorder.js";
import { foldUniform } from "./fold.js";
import { Rewriter } from "./rewriter.js";

/** A value that a node's output can be replaced by, or undefined where there is nothing to gain. */
type Simplify = (node: GraphNode, rewriter: Rewriter) => Value | undefined;

const outlineOf = ({ outputs }: GraphNode): Outline => outputs[0]!;

/** `value` where it has the wanted shape, or repeated along axes to have it. */
function spread(value: Value, { shape, type }: Outline, rewriter: Rewriter): Value {
  if (sameShape(value.shape, shape)) return value;
  return rewriter.add("BroadcastTo", { x: value }, {}, { type, shape });
}

/** x ∘ neutral = x */
const neutral =
  (element: number, sides: "right" | "both"): Simplify =>
  (node, rewriter) => {
    const { a, b } = node.inputs as { a: Value; b: Value };
    if (rewriter.uniformOf(b) === element) return spread(a, outlineOf(node), rewriter);
    if (sides === "both" && rewriter.uniformOf(a) === element)
      return spread(b, outlineOf(node), rewriter);
    return undefined;
  };

/** A linear node of zeros makes zeros. Gradients of comparisons and indices are such. */
const zeroIf =
  (...names: string[]): Simplify =>
  (node, rewriter) =>
    names.some((name) => rewriter.uniformOf(node.inputs[name]!) === 0)
      ? rewriter.fill(outlineOf(node), 0)
      : undefined;

const first =
  (...choices: Simplify[]): Simplify =>
  (node, rewriter) => {
    for (const choice of choices) {
      const value = choice(node, rewriter);
      if (value) return value;
    }
    return undefined;
  };

/** Moving and repeating equal elements changes only how many there are. */
const uniformStays: Simplify = (node, rewriter) => {
  const value = rewriter.uniformOf(node.inputs.x!);
  return value === undefined ? undefined : rewriter.fill(outlineOf(node), value);
};

const reshape: Simplify = (node, rewriter) => {
  const x = node.inputs.x!;
  const y = outlineOf(node);
  if (sameShape(x.shape, y.shape)) return x;
  const maker = rewriter.makerOf(x);
  if (maker?.op !== "Reshape") return undefined;
  const original = maker.inputs.x!;
  if (sameShape(original.shape, y.shape)) return original;
  return rewriter.add("Reshape", { x: original }, {}, y);
};

const transpose: Simplify = (node, rewriter) => {
  const maker = rewriter.makerOf(node.inputs.x!);
  if (maker?.op !== "Transpose") return undefined;
  const [inner, outer] = [maker.attributes.perm, node.attributes.perm] as [number[], number[]];
  const perm = outer.map((axis) => inner[axis]!);
  const x = maker.inputs.x!;
  if (perm.every((from, to) => from === to)) return x;
  return rewriter.add("Transpose", { x }, { perm }, outlineOf(node));
};

const sum: Simplify = (node, rewriter) => {
  const x = node.inputs.x!;
  const value = rewriter.uniformOf(x);
  const y = outlineOf(node);
  if (value === undefined) return undefined;
  return rewriter.fill(y, value * (sizeOf(x.shape) / sizeOf(y.shape)));
};

/** Adding zeros is nothing, and a sum of one is that one. */
const addN: Simplify = (node, rewriter) => {
  const parts = Object.values(node.inputs);
  const kept = parts.filter((part) => rewriter.uniformOf(part) !== 0);
  if (kept.length === 0) return rewriter.fill(outlineOf(node), 0);
  if (kept.length === 1) return kept[0];
  if (kept.length === parts.length) return undefined;
  const inputs = Object.fromEntries(kept.entries());
  return rewriter.add("AddN", inputs, {}, outlineOf(node));
};

const power: Simplify = (node, rewriter) => {
  const { a, b } = node.inputs as { a: Value; b: Value };
  if (a.type !== "float32" || !sameShape(a.shape, outlineOf(node).shape)) return undefined;
  const exponent = rewriter.uniformOf(b);
  if (exponent === 1) return a;
  if (exponent === 2) return rewriter.add("Square", { x: a }, {}, outlineOf(node));
  if (exponent === 0.5) return rewriter.add("Sqrt", { x: a }, {}, outlineOf(node));
  return undefined;
};

const rules: Readonly<Record<string, Simplify>> = {
  Add: neutral(0, "both"),
  Sub: neutral(0, "right"),
  Multiply: first(neutral(1, "both"), zeroIf("a", "b")),
  RealDiv: first(neutral(1, "right"), zeroIf("a")),
  Pow: power,
  AddN: addN,
  Reshape: first(uniformStays, reshape),
  Transpose: first(uniformStays, transpose),
  BroadcastTo: uniformStays,
  Tile: uniformStays,
  Slice: uniformStays,
  Reverse: uniformStays,
  Mean: uniformStays,
  Max: uniformStays,
  Min: uniformStays,
  Sum: sum,
  BatchMatMul: zeroIf("a", "b"),
  Conv2D: zeroIf("x"),
  Conv2DBackpropInput: zeroIf("dy"),
  Conv2DBackpropFilter: zeroIf("dy"),
  UnsortedSegmentSum: zeroIf("x"),
  ResizeNearestNeighborGrad: zeroIf("dy"),
  ResizeBilinearGrad: zeroIf("dy"),
};

/**
 * Inputs of an elementwise node without their repetitions (x spread to the full shape, or uniform),
 * as long as the other inputs still give the output its shape.
 */
function withoutSpreading(node: GraphNode, rewriter: Rewriter): GraphNode["inputs"] {
  const inputs: Record<string, Value> = { ...node.inputs };
  for (const [name, value] of Object.entries(inputs)) {
    const maker = rewriter.makerOf(value);
    const small =
      maker?.op === "BroadcastTo"
        ? maker.inputs.x!
        : maker?.op === "Fill" && value.shape.length > 0
          ? rewriter.fill({ type: value.type, shape: [] }, maker.attributes.value as number)
          : undefined;
    if (!small) continue;
    const shapes = Object.values({ ...inputs, [name]: small }).map(({ shape }) => [...shape]);
    const together = shapes.reduce((a, b) => tf.backend_util.assertAndGetBroadcastShape(a, b));
    if (sameShape(together, outlineOf(node).shape)) inputs[name] = small;
  }
  return inputs;
}

/** Local rewrites, with equal nodes written once. */
export function simplify(graph: Graph): Graph {
  const rewriter = new Rewriter(graph);
  for (const node of graph.nodes) {
    const given = Object.entries(node.inputs).map(([name, x]) => [name, rewriter.current(x)]);
    const current: GraphNode = { ...node, inputs: Object.fromEntries(given) };
    const simpler =
      rules[node.op]?.(current, rewriter) ??
      (elementwiseOps.has(node.op) ? foldUniform(current, rewriter) : undefined);
    if (simpler) {
      rewriter.replace(node.outputs[0]!, simpler);
      continue;
    }
    const inputs = elementwiseOps.has(node.op)
      ? withoutSpreading(current, rewriter)
      : current.inputs;
    const made = rewriter.write({ ...current, inputs }, node.outputs);
    for (const [index, output] of node.outputs.entries()) rewriter.replace(output, made[index]!);
  }
  return rewriter.graph();
}
