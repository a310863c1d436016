export { pivotedCholesky } from "./cholesky.js";
export { factorCovariance, productTransposed } from "./factor.js";
export { addScatter, type Matrix, matrix, multiplyTransposed, transpose } from "./matrix.js";
export { denseProgram, type Operand, product } from "./runtime.js";
export { nuclearNorm, singularValues } from "./singular-values.js";
