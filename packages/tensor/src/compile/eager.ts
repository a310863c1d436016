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
import { isTensor } from "./trace/trace.js";

export const isHostTensor = (node: Tree<HostTensor>): node is HostTensor =>
  ArrayBuffer.isView((node as HostTensor).data);

/** Runs a program op by op on tfjs's current backend. */
export async function runEagerly<I extends Tree<HostTensor>, O extends Tree<Tensor>>(
  program: (inputs: Fed<I>) => O,
  inputs: I,
): Promise<Fetched<O>> {
  const outputs = tf.tidy(() => {
    const fed = mapTree<HostTensor, Tensor>(inputs, isHostTensor, toTensor);
    return program(fed as Fed<I>) as never;
  }) as O;
  const tensors: Tensor[] = [];
  mapTree<Tensor, void>(outputs, isTensor, (tensor) => void tensors.push(tensor));
  const values = new Map<Tensor, HostTensor>();
  for (const tensor of tensors) {
    const host = await fetchTensor(tensor);
    values.set(tensor, { ...host, data: host.data.slice() });
  }
  for (const tensor of values.keys()) tensor.dispose();
  return mapTree<Tensor, HostTensor>(outputs, isTensor, (t) => values.get(t)!) as Fetched<O>;
}
