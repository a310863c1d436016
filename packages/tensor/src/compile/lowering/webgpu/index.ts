import { loweringBy, plainRules } from "../plain/index.js";
import { rewrittenRules } from "../plain/rewritten.js";
import { webgpuCutRules } from "./cut.js";
import { webgpuElementwiseRules } from "./elementwise.js";
import { webgpuPoolRules } from "./pool.js";
import { webgpuReductionRules } from "./reduction.js";

/**
 * Standard ONNX of those operators and types that ONNX Runtime's WebGPU provider has: what it lacks would
 * be computed by the processor, with the values carried there and back.
 */
export const webgpuLowering = loweringBy("webgpu", {
  ...plainRules,
  ...rewrittenRules,
  ...webgpuElementwiseRules,
  ...webgpuReductionRules,
  ...webgpuCutRules,
  ...webgpuPoolRules,
});
