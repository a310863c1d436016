/** Programs as ONNX files, and the runtime that Node reads them with: apart, since pages need neither. */
export { type StorageName, storages } from "./compile/export/storage.js";
export {
  type OnnxFile,
  type Outlined,
  type Symbols,
  type ToOnnxOptions,
  toOnnx,
} from "./compile/export/to-onnx.js";
export type { OnnxValue } from "./compile/onnx/writer.js";
export { onnxRuntime } from "./compile/runtime/onnx-runtime.js";
