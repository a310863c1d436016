export {
  loadTensors,
  openPytorch,
  PytorchTensor,
  type PytorchValue,
} from "./checkpoint/pytorch/pytorch.js";
export { type ByteSource, byteSource } from "./checkpoint/pytorch/zip.js";
export * from "./checkpoint/safetensors.js";
export * from "./checkpoint/variables.js";
export * from "./compile/compile.js";
export * from "./engine.js";
export * from "./host-input.js";
export * from "./host-tensor.js";
export * as nn from "./nn/index.js";
export * as optim from "./optim/index.js";
export * from "./random.js";
export * from "./random-stream.js";
export * from "./tf.js";
export type { Trainer } from "./train/trainer.js";
