export { pivotedCholesky } from "./cholesky.js";
export { addScatter, type Matrix, matrix, multiplyTransposed, transpose } from "./matrix.js";
export { nuclearNorm, singularValues } from "./singular-values.js";
