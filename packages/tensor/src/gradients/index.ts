import { binaryGradients } from "./binary.js";
import { convolutionGradients } from "./convolution.js";
import { gatherGradients } from "./gather.js";
import { matmulGradients } from "./matmul.js";
import { reductionGradients } from "./reduction.js";
import { registerGradients } from "./rule.js";
import { shapeGradients } from "./shape.js";
import { unaryGradients } from "./unary.js";
import { zeroGradients } from "./zero.js";

for (const table of [
  unaryGradients,
  binaryGradients,
  reductionGradients,
  matmulGradients,
  shapeGradients,
  gatherGradients,
  convolutionGradients,
  zeroGradients,
])
  registerGradients(table);
