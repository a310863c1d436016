import type * as Ort from "onnxruntime-node";
import type { Variable } from "../../tf-core.js";

/** Where variables live between the runs of compiled programs. */
export interface VariableMemory {
  /** Where a run leaves a variable's next value. */
  readonly location: "cpu" | "gpu-buffer";
  /** A variable's value, to be fed. */
  current(variable: Variable): Ort.Tensor;
  /**
   * What a run writes a variable's next value to; null where ONNX Runtime makes room itself.
   * @param inPlace over the current value
   */
  next(variable: Variable, inPlace: boolean): Ort.Tensor | null;
  /** Makes what a run wrote the variable's value. */
  replace(variable: Variable, made: Ort.Tensor): void;
}

/** Where ONNX Runtime runs compiled programs. */
export interface Device {
  /** ONNX Runtime's name of its execution provider. */
  readonly provider: "cpu" | "webgpu" | "cuda";
  /** Whether a program is refused of which some nodes would run on the processor instead. */
  readonly strict: boolean;
  /** For one program. */
  memory(): Promise<VariableMemory>;
}
