import { UserError } from "@fqgan/registry";
import { type HostTensor, mapTree, type Tree } from "../../host-tensor.js";
import { type Tensor, tf, type Variable } from "../../tf.js";
import type { Graph } from "../graph.js";
import { inputName, outputName } from "../lowering/lowering.js";
import { plainLowering } from "../lowering/plain/index.js";
import { type OnnxModel, type OnnxValue, writeModel } from "../onnx/writer.js";
import { optimize } from "../passes/index.js";
import { currentValues, separate } from "../runtime/storage.js";
import type { Outline } from "../trace/recorder.js";
import { type InputSource, type TracedProgram, trace } from "../trace/trace.js";
import { lowerForExport } from "./lowering.js";
import { atOlderOpset } from "./older-opset.js";
import { type StorageName, storageOf, storeWeights } from "./storage.js";

/** What an input looks like; a HostTensor will do. */
export type Outlined = Pick<HostTensor, "dtype" | "shape">;

/** The tensors that a program of these inputs is called with. */
export type Symbols<I> = I extends Outlined ? Tensor : { [K in keyof I]: Symbols<I[K]> };

/** What a program becomes a file with. */
export interface ToOnnxOptions {
  /** Of the program: in errors, and of the graph in the file. */
  readonly name: string;
  /**
   * Variables that the program reads and moves, such as a decoder's cache: each becomes an input of its
   * name here, and an output `next.<name>` if it is moved. All others are constants.
   */
  readonly state?: Readonly<Record<string, Variable>>;
  /** Facts to write into the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** How weights are stored; inputs, outputs and arithmetic are float32 in any case. */
  readonly precision?: StorageName;
}

/** A program as an `.onnx` file. */
export interface OnnxFile {
  readonly bytes: Uint8Array;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/**
 * A program as a file of standard ONNX operators (opset 17), for inputs of these shapes and with its
 * weights of this moment. Inputs and outputs are named by their paths: `{ latent: { visual } }` is
 * `latent.visual`.
 */
export function toOnnx<I extends Tree<Outlined>>(
  program: (inputs: Symbols<I>) => Tree<Tensor>,
  inputs: I,
  options: ToOnnxOptions,
): OnnxFile {
  const { name, state = {}, metadata = {}, precision = "float32" } = options;
  const storage = storageOf(precision);
  if (tf.getBackend() !== "cpu")
    throw new UserError(
      `toOnnx("${name}"): expected weights in main memory, got those of the ${tf.getBackend()} backend; ` +
        'start the engine "onnx" or "cpu" first',
    );
  const variables = Object.values(tf.engine().registeredVariables);
  for (const variable of variables) separate(variable);
  const weights = new Set<unknown>(variables.map(currentValues));
  const traced = trace(
    program as unknown as (inputs: Tree<Tensor>) => Tree<Tensor>,
    mapTree<Outlined, Outline>(inputs, isOutlined, ({ dtype, shape }) => ({ type: dtype, shape })),
    { name, weights: "frozen", state: Object.values(state), lacks: plainLowering.lacks },
  );
  const names = namesOf(traced, options);
  const storing = (graph: Graph) => storeWeights(graph, storage, (data) => weights.has(data));
  const lowered = lowerForExport(optimize(traced.graph, [storing]));
  const model = atOlderOpset({ ...renamed(lowered, names), name, metadata });
  return { bytes: writeModel(model), inputs: model.inputs, outputs: model.outputs };
}

const isOutlined = (node: Tree<Outlined>): node is Outlined =>
  Array.isArray((node as Outlined).shape);

/** What a person calls the inputs and outputs of the lowered graph. */
function namesOf(
  { graph, sources, results, updates }: TracedProgram,
  { name, state = {} }: ToOnnxOptions,
): Map<string, string> {
  const stateName = (variable: Variable) =>
    Object.keys(state).find((key) => state[key] === variable)!;
  const nameOf = (source: InputSource): string => {
    if (source.kind === "argument") return named(source.path);
    if (source.kind === "state") return stateName(source.variable);
    throw new UserError(
      `toOnnx("${name}"): expected a program whose inputs are all arguments, got one that draws random ` +
        "numbers or reads a host input; make those an argument",
    );
  };
  const named = (path: string): string => {
    if (path !== "") return path;
    throw new UserError(
      `toOnnx("${name}"): expected records of tensors, which have names, got a tensor; ` +
        "take and return { x } instead of x",
    );
  };
  const names = new Map<string, string>();
  for (const [i, value] of graph.inputs.entries()) names.set(inputName(value), nameOf(sources[i]!));
  mapTree<number, void>(
    results,
    (node): node is number => typeof node === "number",
    (index, path) => void names.set(outputName(index), named(path)),
  );
  for (const { variable, output } of updates)
    names.set(outputName(output), `next.${stateName(variable)}`);
  const isTaken = (value: string, i: number, all: readonly string[]) =>
    all.indexOf(value) !== i || /^v\d+$/.test(value);
  const taken = [...names.values()].find(isTaken);
  if (taken !== undefined)
    throw new UserError(
      `toOnnx("${name}"): expected names of their own for inputs and outputs, got ${taken} twice or as values ` +
        "inside are named; rename it",
    );
  return names;
}

function renamed(model: OnnxModel, names: ReadonlyMap<string, string>): OnnxModel {
  const nameOf = (name: string) => names.get(name) ?? name;
  const edge = (value: OnnxValue) => ({ ...value, name: nameOf(value.name) });
  return {
    ...model,
    inputs: model.inputs.map(edge),
    outputs: model.outputs.map(edge),
    nodes: model.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(nameOf),
      outputs: node.outputs.map(nameOf),
    })),
  };
}
