/**
 * Copies between main memory and a GPU. onnxruntime-node can only do that by running a model, so it is
 * done by one that does nothing. Reading has to end before it returns, because tfjs reads so; therefore
 * the binding under the package's asynchronous API is used, of the version that is pinned.
 */
import type * as Ort from "onnxruntime-node";
import type { HostTensor } from "../../host-tensor.js";
import { type OnnxValue, writeModel } from "../onnx/writer.js";
import { onnxRuntime } from "./onnx-runtime.js";

export interface GpuTransfer {
  upload(host: HostTensor): Ort.Tensor;
  download(tensor: Ort.Tensor): HostTensor["data"];
}

type Location = "cpu" | "gpu-buffer";
type Copy = (tensor: Ort.Tensor) => Ort.Tensor;

/** Names of the copying model's input and output. */
const [SOURCE, COPY] = ["source", "copy"] as const;

let loading: Promise<GpuTransfer> | undefined;

/** Its sessions live as long as the process, and with them ONNX Runtime's connection to the GPU. */
export function gpuTransfer(): Promise<GpuTransfer> {
  loading ??= load();
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

async function load(): Promise<GpuTransfer> {
  const { Tensor } = await onnxRuntime();
  const { binding, initOrt } = await import("onnxruntime-node/dist/binding.js");
  initOrt();
  const made = new Map<string, Copy>();
  const copierFor = ({ type, dims }: Ort.Tensor, to: Location): Copy => {
    const key = `${type} ${dims.length} ${to}`;
    const known = made.get(key);
    if (known) return known;
    const session = new binding.InferenceSession();
    const bytes = copyingModel(type as HostTensor["dtype"], dims.length);
    session.loadModel(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength, {
      executionProviders: ["webgpu"],
      preferredOutputLocation: to,
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 3,
    });
    const copy: Copy = (tensor) =>
      session.run({ [SOURCE]: tensor }, { [COPY]: null }, {})[COPY] as Ort.Tensor;
    made.set(key, copy);
    return copy;
  };
  return {
    upload({ dtype, shape, data }) {
      const tensor = new Tensor(dtype as "float32", data as Float32Array, shape);
      return copierFor(tensor, "gpu-buffer")(tensor);
    },
    download: (tensor) => copierFor(tensor, "cpu")(tensor).data as HostTensor["data"],
  };
}

/** Gives what it gets, of any shape of that rank. */
function copyingModel(type: HostTensor["dtype"], rank: number): Uint8Array {
  const shape = Array.from({ length: rank }, (_, axis) => `side ${axis}`);
  const value = (name: string): OnnxValue => ({ name, type, shape });
  return writeModel({
    inputs: [value(SOURCE)],
    outputs: [value(COPY)],
    initializers: new Map(),
    nodes: [{ op: "Identity", inputs: [SOURCE], outputs: [COPY] }],
  });
}
