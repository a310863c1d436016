import type * as Ort from "onnxruntime-node";
import { sizeOf } from "../graph.js";
import { gpuTransfer } from "./gpu-transfer.js";
import type { VariableMemory } from "./memory.js";
import { currentValues, type Elsewhere, elsewhere, keepElsewhere, separate } from "./storage.js";

/** The buffer on the GPU that a variable's values are in. */
interface GpuPlace extends Elsewhere {
  readonly tensor: Ort.Tensor;
}

/**
 * Variables in the memory of the GPU that ONNX Runtime's WebGPU provider computes on: uploaded at first
 * use, moved on there from run to run, and brought home when something else reads them.
 */
export async function gpuMemory(): Promise<VariableMemory> {
  const transfer = await gpuTransfer();
  const place = (tensor: Ort.Tensor): GpuPlace => ({
    tensor,
    fetch: () => transfer.download(tensor),
    release: () => tensor.dispose(),
  });
  return {
    location: "gpu-buffer",
    current(variable) {
      separate(variable);
      const known = elsewhere(variable) as GpuPlace | undefined;
      if (known) return known.tensor;
      const { dtype, shape } = variable;
      const data = currentValues(variable);
      const tensor = transfer.upload({ dtype: dtype as "float32", shape, data });
      // Of an array without elements there is nothing to keep.
      if (sizeOf(shape) > 0) keepElsewhere(variable, place(tensor));
      return tensor;
    },
    next: () => null,
    replace: (variable, made) => keepElsewhere(variable, place(made)),
  };
}
