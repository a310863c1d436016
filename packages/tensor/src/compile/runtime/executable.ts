import type * as Ort from "onnxruntime-node";
import type { HostTensor, Tree } from "../../host-tensor.js";
import { mapTree } from "../../host-tensor.js";
import type { Value } from "../graph.js";
import { countReaders } from "../graph.js";
import { inputName, outputName } from "../lowering/lowering.js";
import type { InputSource, TracedProgram } from "../trace/trace.js";
import { isInPlace } from "./in-place.js";
import type { VariableMemory } from "./memory.js";
import { onnxRuntime } from "./onnx-runtime.js";

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
  { name, memory }: { readonly name: string; readonly memory: VariableMemory },
): Promise<Executable> {
  const { Tensor } = await onnxRuntime();
  const readers = countReaders(graph);
  const updates = assigned.map((update) => ({
    ...update,
    inPlace: isInPlace({ graph, sources }, update, readers),
  }));
  const feedOf = (value: Value, source: InputSource, given: ReadonlyMap<string, HostTensor>) => {
    if (source.kind === "state") return memory.current(source.variable);
    const host = source.kind === "argument" ? given.get(source.path)! : source.value();
    if (host.dtype !== value.type || host.shape.join() !== value.shape.join())
      throw new Error(
        `compile("${name}"): expected a host input ${value.type} [${value.shape}] as when it was traced, got ${host.dtype} [${host.shape}]; keep its shape the same`,
      );
    return new Tensor(value.type as "float32", host.data as Float32Array, value.shape);
  };

  const runNow = async (given: ReadonlyMap<string, HostTensor>): Promise<Tree<HostTensor>> => {
    const feeds: Record<string, Ort.Tensor> = {};
    for (const [index, value] of graph.inputs.entries())
      feeds[inputName(value)] = feedOf(value, sources[index]!, given);
    const fetches: Record<string, Ort.Tensor | null> = {};
    for (const index of graph.outputs.keys()) fetches[outputName(index)] = null;
    for (const { variable, inPlace, output } of updates)
      fetches[outputName(output)] = memory.next(variable, inPlace);
    const produced = await session.run(feeds, fetches);
    for (const { variable, inPlace, output } of updates)
      if (!inPlace)
        memory.replace(variable, fetches[outputName(output)] ?? produced[outputName(output)]!);
    return mapTree<number, HostTensor>(results, isIndex, (index) => {
      const { type, shape } = graph.outputs[index]!;
      return { dtype: type, shape, data: produced[outputName(index)]!.data as Data };
    });
  };

  return { run: (given) => inTurn(() => runNow(given)), release: () => session.release() };
}
