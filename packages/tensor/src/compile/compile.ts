import {
  type Fed,
  type Fetched,
  fetchTensor,
  type HostTensor,
  mapTree,
  type Tree,
  toTensor,
} from "../host-tensor.js";
import { type Tensor, tf } from "../tf.js";

export interface CompileOptions {
  /** Shown in errors and profiles. */
  readonly name?: string;
}

/** A program ready to run: host values in, host values out, variables moved in place. */
export interface Compiled<I extends Tree<HostTensor>, O extends Tree<Tensor>> {
  (inputs: I): Promise<Fetched<O>>;
  dispose(): void;
}

const isHostTensor = (node: Tree<HostTensor>): node is HostTensor =>
  ArrayBuffer.isView((node as HostTensor).data);
const isTensor = (node: Tree<Tensor>): node is Tensor => node instanceof tf.Tensor;

/** What the engine does with a program: run it eagerly, or trace it and run the graph. */
export function compile<I extends Tree<HostTensor>, O extends Tree<Tensor>>(
  program: (inputs: Fed<I>) => O,
  _options: CompileOptions = {},
): Compiled<I, O> {
  const run = async (inputs: I): Promise<Fetched<O>> => {
    const outputs = tf.tidy(() => {
      const fed = mapTree<HostTensor, Tensor>(inputs, isHostTensor, toTensor);
      return program(fed as Fed<I>) as never;
    }) as O;
    const leaves: Promise<unknown>[] = [];
    const fetched = new Map<Tensor, HostTensor>();
    mapTree<Tensor, void>(outputs, isTensor, (tensor) => {
      leaves.push(
        fetchTensor(tensor).then((host) => {
          fetched.set(tensor, { ...host, data: host.data.slice() });
          tensor.dispose();
        }),
      );
    });
    await Promise.all(leaves);
    return mapTree<Tensor, HostTensor>(
      outputs,
      isTensor,
      (tensor) => fetched.get(tensor)!,
    ) as Fetched<O>;
  };
  return Object.assign(run, { dispose: () => {} });
}
