import { UserError } from "@fqgan/registry";
import { type HostValue, withHostInputHook } from "../../host-input.js";
import { mapTree, type Tree } from "../../host-tensor.js";
import { withoutKernels } from "../../kernels/fused.js";
import { type Tensor, tf, type Variable } from "../../tf-core.js";
import type { Graph, Value } from "../graph.js";
import { traceBackend } from "./backend.js";
import type { Outline } from "./recorder.js";

/** What fills a graph's input before a run. */
export type InputSource =
  | { readonly kind: "argument"; readonly path: string }
  | { readonly kind: "state"; readonly variable: Variable }
  | { readonly kind: "host"; readonly value: HostValue };

/** A program as a graph, and how its edges meet the outside. */
export interface TracedProgram {
  readonly graph: Graph;
  /** By input of the graph, in order. */
  readonly sources: readonly InputSource[];
  /** The program's outputs, as indices into the graph's. */
  readonly results: Tree<number>;
  /** Variables that the program assigns, with the index of the output that is their new value. */
  readonly updates: readonly { readonly variable: Variable; readonly output: number }[];
}

const isOutline = (node: Tree<Outline>): node is Outline =>
  Array.isArray((node as unknown as Outline).shape);

export const isTensor = (node: Tree<Tensor>): node is Tensor => node instanceof tf.Tensor;

export interface TraceOptions {
  /** Of the program, for errors. */
  readonly name: string;
  /** Whether variables become inputs, or constants. */
  readonly weights?: "live" | "frozen";
  /** Variables that stay inputs where weights are frozen, and may be assigned. */
  readonly state?: readonly Variable[];
  /** Kernels that the program must do without. */
  readonly lacks?: readonly string[];
}

/** Runs `program` once on symbols, and leaves every variable as it was. */
export function trace(
  program: (inputs: Tree<Tensor>) => Tree<Tensor>,
  inputs: Tree<Outline>,
  { name, weights = "live", state = [], lacks = [] }: TraceOptions,
): TracedProgram {
  const before = tf.getBackend();
  const variables = Object.values(tf.engine().registeredVariables);
  const held = new Map(variables.map((variable) => [variable, tf.clone(variable as Tensor)]));
  const backend = traceBackend();
  const live = weights === "live" ? variables : state;
  const byData = new Map(live.map((variable) => [variable.dataId, variable] as const));
  const scope = backend.begin(name, byData);
  const sources = new Map<Value, InputSource>();
  const symbol = (outline: Outline, source: InputSource): Tensor => {
    const value = scope.recorder.input(outline);
    sources.set(value, source);
    const info = { dataId: backend.hold(value), shape: [...outline.shape], dtype: outline.type };
    return tf.engine().makeTensorFromTensorInfo(info, backend);
  };
  const outputs: Value[] = [];
  try {
    void tf.setBackend("trace"); // synchronous for a backend that is made synchronously
    let results: Tree<number> = {};
    tf.tidy(() => {
      const symbols = mapTree<Outline, Tensor>(inputs, isOutline, (outline, path) =>
        symbol(outline, { kind: "argument", path }),
      );
      const onHost = (value: HostValue) => {
        const { dtype, shape } = value();
        return symbol({ type: dtype, shape }, { kind: "host", value });
      };
      const made = withoutKernels(lacks, () => withHostInputHook(onHost, () => program(symbols)));
      results = mapTree<Tensor, number>(made, leafOf(name), (tensor) => {
        return outputs.push(backend.lookup(tensor)) - 1;
      });
    });
    refuseNewVariables(held, name);
    const updates = variables
      .filter((variable) => variable.dataId !== held.get(variable)!.dataId)
      .map((variable) => ({ variable, output: outputs.push(backend.lookup(variable)) - 1 }));
    const unexpected = updates.filter(({ variable }) => !live.includes(variable));
    if (unexpected.length > 0)
      throw new UserError(
        `compile("${name}"): a program with frozen weights must not assign variables, got ${unexpected.length} assigned; compile it with live weights, or name them as its state`,
      );
    for (const { variable, value } of scope.states) sources.set(value, { kind: "state", variable });
    const graph = scope.recorder.graph(outputs);
    return { graph, sources: graph.inputs.map((value) => sources.get(value)!), results, updates };
  } finally {
    void tf.setBackend(before);
    for (const [variable, original] of held) {
      if (variable.dataId !== original.dataId) variable.assign(original as never);
      original.dispose();
    }
    backend.end();
  }
}

/** Outputs are tensors and records of them; anything else is named. */
const leafOf =
  (name: string) =>
  (node: Tree<Tensor>): node is Tensor => {
    if (isTensor(node)) {
      if (!node.isDisposed) return true;
      throw new UserError(
        `compile("${name}"): an output was disposed inside the program, as tf.tidy and tf.variableGrads do with what they do not return; use optim.lossGradients or tf.keep`,
      );
    }
    if (node !== null && typeof node === "object") return false;
    throw new UserError(
      `compile("${name}"): expected a program that returns tensors and records of tensors, got ${node === null ? "null" : typeof node}; return only tensors`,
    );
  };

function refuseNewVariables(known: ReadonlyMap<Variable, Tensor>, name: string): void {
  const made = Object.values(tf.engine().registeredVariables).filter((v) => !known.has(v));
  if (made.length === 0) return;
  for (const variable of made) variable.dispose();
  throw new UserError(
    `compile("${name}"): a compiled program must not create variables, got ${made.length} new; make them before compiling`,
  );
}
