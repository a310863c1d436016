export {
  loadCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
} from "./checkpoint/open-checkpoint.js";
export { type FileBytes, type OpenFile, openFile, saveFile } from "./checkpoint/open-file.js";
export { type ByteSource, byteSource } from "./checkpoint/pytorch/byte-source.js";
export { encodePytorch, type PytorchContent } from "./checkpoint/pytorch/encode-pytorch.js";
export {
  isPytorchFile,
  loadTensors,
  openPytorch,
  type PytorchValue,
} from "./checkpoint/pytorch/pytorch.js";
export { PytorchTensor } from "./checkpoint/pytorch/tensor.js";
export * from "./checkpoint/safetensors.js";
export {
  headerLength as safetensorsHeaderLength,
  LENGTH_BYTES as SAFETENSORS_LENGTH_BYTES,
  parseHeader as parseSafetensorsHeader,
  type StoredTensor,
} from "./checkpoint/safetensors-header.js";
export { stateDict, withoutWrappers } from "./checkpoint/state-dict.js";
export * from "./checkpoint/variables.js";
export * from "./compile/compile.js";
export { countFlops } from "./compile/count-flops.js";
export { type OnnxNode, writeModel } from "./compile/onnx/writer.js";
export { type PrecisionName, precisions } from "./compile/quantization/precision.js";
export * from "./engine.js";
export * from "./host-input.js";
export * from "./host-tensor.js";
export * as nn from "./nn/index.js";
export * as optim from "./optim/index.js";
export * from "./random.js";
export * from "./random-stream.js";
export * from "./tf.js";
export type { Trainer } from "./train/trainer.js";
export { transposeHost } from "./transpose-host.js";
