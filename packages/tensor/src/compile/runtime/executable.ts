import type * as Ort from "onnxruntime-node";
import type { HostTensor, Tree } from "../../host-tensor.js";
import { mapTree } from "../../host-tensor.js";
import type { Variable } from "../../tf-core.js";
import type { Value } from "../graph.js";
import { countReaders } from "../graph.js";
import { inputName, outputName } from "../lowering/lowering.js";
import type { InputSource, TracedProgram } from "../trace/trace.js";
import { isInPlace } from "./in-place.js";
import { onnxRuntime } from "./onnx-runtime.js";
import { currentValues, replaceValues, spareValues } from "./storage.js";

type Data = HostTensor["data"];

/** A traced program with its session. */
export interface Executable {
  /** @param given arguments by path */
  run(given: ReadonlyMap<string, HostTensor>): Promise<Tree<HostTensor>>;
  release(): Promise<void>;
}

/** One program at a time: a run reads variables at its start and replaces them at its end. */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = turn.then(work);
  turn = result.catch(() => {});
  return result;
}

const isIndex = (node: Tree<number>): node is number => typeof node === "number";

export async function executable(
  { graph, sources, results, updates: assigned }: TracedProgram,
  session: Ort.InferenceSession,
  name: string,
): Promise<Executable> {
  const { Tensor } = await onnxRuntime();
  const readers = countReaders(graph);
  const updates = assigned.map((update) => ({
    ...update,
    inPlace: isInPlace({ graph, sources }, update, readers),
  }));
  const wrapped = new WeakMap<Data, Ort.Tensor>();
  const wrap = (type: HostTensor["dtype"], data: Data, shape: readonly number[]): Ort.Tensor =>
    new Tensor(type as "float32", data as Float32Array, shape);
  const wrapVariable = (variable: Variable, data: Data): Ort.Tensor => {
    const known = wrapped.get(data);
    if (known) return known;
    const made = wrap(variable.dtype as HostTensor["dtype"], data, variable.shape);
    wrapped.set(data, made);
    return made;
  };

  const feedOf = (value: Value, source: InputSource, given: ReadonlyMap<string, HostTensor>) => {
    if (source.kind === "state")
      return wrapVariable(source.variable, currentValues(source.variable));
    const host = source.kind === "argument" ? given.get(source.path)! : source.value();
    if (host.dtype !== value.type || host.shape.join() !== value.shape.join())
      throw new Error(
        `compile("${name}"): expected a host input ${value.type} [${value.shape}] as when it was traced, got ${host.dtype} [${host.shape}]; keep its shape the same`,
      );
    return wrap(value.type, host.data, value.shape);
  };

  const runNow = async (given: ReadonlyMap<string, HostTensor>): Promise<Tree<HostTensor>> => {
    const feeds: Record<string, Ort.Tensor> = {};
    for (const [index, value] of graph.inputs.entries())
      feeds[inputName(value)] = feedOf(value, sources[index]!, given);
    const next = updates.map(({ variable, inPlace }) =>
      inPlace ? currentValues(variable) : spareValues(variable),
    );
    const fetches: Record<string, Ort.Tensor | null> = {};
    for (const index of graph.outputs.keys()) fetches[outputName(index)] = null;
    for (const [index, { variable, output }] of updates.entries())
      fetches[outputName(output)] = wrapVariable(variable, next[index]!);
    const produced = await session.run(feeds, fetches);
    for (const [index, { variable, inPlace }] of updates.entries())
      if (!inPlace) replaceValues(variable, next[index]!);
    return mapTree<number, HostTensor>(results, isIndex, (index) => {
      const { type, shape } = graph.outputs[index]!;
      return { dtype: type, shape, data: produced[outputName(index)]!.data as Data };
    });
  };

  return { run: (given) => inTurn(() => runNow(given)), release: () => session.release() };
}
