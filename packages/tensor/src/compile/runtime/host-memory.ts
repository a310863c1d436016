import type { HostTensor } from "../../host-tensor.js";
import type { Variable } from "../../tf-core.js";
import type { Device, VariableMemory } from "./memory.js";
import { onnxRuntime } from "./onnx-runtime.js";
import { currentValues, replaceValues, spareValues } from "./storage.js";

type Data = HostTensor["data"];

/** Variables in main memory, in the very arrays that tfjs's cpu backend holds: nothing is copied. */
export async function hostMemory(): Promise<VariableMemory> {
  const { Tensor } = await onnxRuntime();
  const wrapped = new WeakMap<Data, InstanceType<typeof Tensor>>();
  const wrap = (variable: Variable, data: Data) => {
    const known = wrapped.get(data);
    if (known) return known;
    const made = new Tensor(variable.dtype as "float32", data as Float32Array, variable.shape);
    wrapped.set(data, made);
    return made;
  };
  return {
    location: "cpu",
    current: (variable) => wrap(variable, currentValues(variable)),
    next: (variable, inPlace) =>
      wrap(variable, inPlace ? currentValues(variable) : spareValues(variable)),
    replace: (variable, made) => replaceValues(variable, made.data as Data),
  };
}

export const hostDevice: Device = { provider: "cpu", strict: false, memory: hostMemory };
