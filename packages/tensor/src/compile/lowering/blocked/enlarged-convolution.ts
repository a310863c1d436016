import type { HostTensor } from "../../../host-tensor.js";
import { countReaders, type Graph, type GraphNode, type Value } from "../../graph.js";
import { removeDead } from "../../passes/dead.js";
import type { WindowAttributes } from "../../trace/rules/linear.js";
import { windowOf } from "./blocked-rule.js";

/**
 * A convolution of an image enlarged f times (nearest neighbour) multiplies every pixel f·f times by
 * taps that could be added up first. It is the transpose of a convolution of stride f with a filter of
 * K + f - 1 taps: for K = 3 and f = 2, along each axis, [w2, w1 + w2, w0 + w1, w0]. That takes 4·4
 * products a place of the small image instead of 4·3·3. This rewrites the layer and both its gradients.
 */
export function rewriteEnlargedConvolutions(graph: Graph, block: number): Graph {
  const makers = new Map<Value, GraphNode>();
  for (const node of graph.nodes) for (const value of node.outputs) makers.set(value, node);
  const editor = new Editor(graph, block);
  const readers = countReaders(graph);
  for (const node of graph.nodes) {
    const rewritten =
      (node.op === "Conv2D" && forward(node, makers, editor)) ||
      (node.op === "Conv2DBackpropFilter" && filterGradient(node, makers, editor)) ||
      (node.op === "ResizeNearestNeighborGrad" && inputGradient(node, makers, readers, editor));
    if (!rewritten) editor.nodes.push(node);
  }
  return removeDead({ ...graph, nodes: editor.nodes, constants: editor.constants });
}

type Makers = ReadonlyMap<Value, GraphNode>;

/** What of the graph is new: values, constants and nodes in order. */
class Editor {
  readonly nodes: GraphNode[] = [];
  readonly constants: Map<Value, HostTensor["data"]>;
  readonly #filters = new Map<Value, Value>();
  #count: number;

  constructor(
    graph: Graph,
    readonly block: number,
  ) {
    this.constants = new Map(graph.constants);
    const values = graph.nodes.flatMap(({ outputs }) => outputs);
    const all = [...values, ...graph.inputs, ...graph.constants.keys()];
    this.#count = 1 + Math.max(...all.map(({ id }) => id));
  }

  value(shape: readonly number[]): Value {
    return { id: this.#count++, type: "float32", shape };
  }

  constant(data: Float32Array, shape: readonly number[]): Value {
    const value = this.value(shape);
    this.constants.set(value, data);
    return value;
  }

  add(op: string, inputs: GraphNode["inputs"], attributes: object, shape: readonly number[]) {
    const output = this.value(shape);
    this.nodes.push({ op, inputs, attributes: { ...attributes }, outputs: [output] });
    return output;
  }

  /** [K, K, I, O] → [K + f - 1, K + f - 1, O, I], made once for each filter. */
  spreadFilter(filter: Value, factor: number): Value {
    const known = this.#filters.get(filter);
    if (known) return known;
    const [rows, columns, inputs, outputs] = filter.shape as [number, number, number, number];
    const sides = [rows + factor - 1, columns + factor - 1] as const;
    const flat = this.add("Reshape", { x: filter }, {}, [rows * columns, inputs * outputs]);
    const spread = this.constant(spreading([rows, columns], factor), [
      sides[0] * sides[1],
      rows * columns,
    ]);
    const product = this.add(
      "BatchMatMul",
      { a: spread, b: flat },
      { transposeA: false, transposeB: false },
      [sides[0] * sides[1], inputs * outputs],
    );
    const taps = this.add("Reshape", { x: product }, {}, [...sides, inputs, outputs]);
    const turned = this.add("Transpose", { x: taps }, { perm: [0, 1, 3, 2] }, [
      ...sides,
      outputs,
      inputs,
    ]);
    this.#filters.set(filter, turned);
    return turned;
  }
}

/** [taps of the spread filter, taps of the filter]: which ones are added up. */
function spreading([rows, columns]: readonly [number, number], factor: number): Float32Array {
  const along = (taps: number) =>
    Array.from({ length: taps + factor - 1 }, (_, place) =>
      Array.from({ length: taps }, (_, tap) => {
        const distance = place - (taps - 1 - tap);
        return distance >= 0 && distance < factor ? 1 : 0;
      }),
    );
  const [down, across] = [along(rows), along(columns)];
  return Float32Array.from(
    down.flatMap((r) => across.flatMap((c) => r.flatMap((a) => c.map((b) => a * b)))),
  );
}

/** The image before it was enlarged, where that was by a whole factor, the same both ways. */
function enlarged(value: Value, makers: Makers): { small: Value; factor: number } | undefined {
  const maker = makers.get(value);
  if (maker?.op !== "ResizeNearestNeighbor") return undefined;
  const small = maker.inputs.images!;
  const factor = wholeFactor(small, value, maker);
  return factor === undefined ? undefined : { small, factor };
}

function wholeFactor(small: Value, large: Value, { attributes }: GraphNode): number | undefined {
  const rows = large.shape[1]! / small.shape[1]!;
  const columns = large.shape[2]! / small.shape[2]!;
  const isWhole = Number.isInteger(rows) && rows > 1 && rows === columns;
  return isWhole && !attributes.alignCorners && !attributes.halfPixelCenters ? rows : undefined;
}

/** How the convolution of stride `factor` lies over the large image, or nothing where it cannot. */
function spreadWindow(
  { strides, dilations, padding, window }: WindowAttributes,
  factor: number,
): WindowAttributes | undefined {
  const isPlain = [...strides, ...dilations].every((step) => step === 1);
  const same = (axis: 0 | 1, before: number, after: number) =>
    window[axis] > 1 && before + after === window[axis] - 1;
  const { top, bottom, left, right } = padding;
  if (!isPlain || !same(0, top, bottom) || !same(1, left, right)) return undefined;
  return {
    strides: [factor, factor],
    dilations: [1, 1],
    padding: { top: bottom, bottom: top, left: right, right: left },
    window: [window[0] + factor - 1, window[1] + factor - 1],
  };
}

function forward(node: GraphNode, makers: Makers, editor: Editor): boolean {
  const source = enlarged(node.inputs.x!, makers);
  const window = source && spreadWindow(windowOf(node), source.factor);
  if (!window) return false;
  // Only the blocked rule knows the transposed convolution with a bias.
  const channels = source.small.shape[3]!;
  if (channels > editor.block && channels % editor.block !== 0) return false;
  const filter = editor.spreadFilter(node.inputs.filter!, source.factor);
  const inputs = { dy: source.small, filter };
  const { bias } = node.inputs;
  editor.nodes.push({
    op: "Conv2DBackpropInput",
    inputs: bias ? { ...inputs, bias } : inputs,
    attributes: { ...window },
    outputs: node.outputs,
  });
  return true;
}

/** The gradient of the spread filter, added up as the filter was spread. */
function filterGradient(node: GraphNode, makers: Makers, editor: Editor): boolean {
  const source = enlarged(node.inputs.x!, makers);
  const window = source && spreadWindow(windowOf(node), source.factor);
  if (!window) return false;
  const [rows, columns, inputs, outputs] = node.outputs[0]!.shape as [
    number,
    number,
    number,
    number,
  ];
  const spread = editor.add(
    "Conv2DBackpropFilter",
    { x: node.inputs.dy!, dy: source.small },
    window,
    [...window.window, outputs, inputs],
  );
  const turned = editor.add("Transpose", { x: spread }, { perm: [0, 1, 3, 2] }, [
    ...window.window,
    inputs,
    outputs,
  ]);
  const places = window.window[0] * window.window[1];
  const flat = editor.add("Reshape", { x: turned }, {}, [places, inputs * outputs]);
  const sums = editor.constant(spreading([rows, columns], source.factor), [places, rows * columns]);
  const summed = editor.add(
    "BatchMatMul",
    { a: sums, b: flat },
    { transposeA: true, transposeB: false },
    [rows * columns, inputs * outputs],
  );
  const reshape = { op: "Reshape", inputs: { x: summed }, attributes: {}, outputs: node.outputs };
  editor.nodes.push(reshape);
  return true;
}

function inputGradient(
  node: GraphNode,
  makers: Makers,
  readers: ReadonlyMap<Value, number>,
  editor: Editor,
): boolean {
  const large = node.inputs.dy!;
  const factor = wholeFactor(node.outputs[0]!, large, node);
  const back = makers.get(large);
  if (back?.op !== "Conv2DBackpropInput" || readers.get(large) !== 1 || !factor) return false;
  const window = spreadWindow(windowOf(back), factor);
  if (!window) return false;
  const filter = editor.spreadFilter(back.inputs.filter!, factor);
  editor.nodes.push({
    op: "Conv2D",
    inputs: { x: back.inputs.dy!, filter },
    attributes: { ...window },
    outputs: node.outputs,
  });
  return true;
}
