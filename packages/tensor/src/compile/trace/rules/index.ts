import type { TraceRules } from "../rule.js";
import { elementwiseRules } from "./elementwise.js";
import { fusedRules } from "./fused.js";
import { gatherRules } from "./gather.js";
import { linearRules } from "./linear.js";
import { reductionRules } from "./reduction.js";
import { resizeRules } from "./resize.js";
import { shapeRules } from "./shape.js";

export const traceRules: TraceRules = {
  ...elementwiseRules,
  ...reductionRules,
  ...shapeRules,
  ...gatherRules,
  ...linearRules,
  ...resizeRules,
  ...fusedRules,
};
