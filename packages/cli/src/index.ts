export { EXIT } from "./exit-codes.js";
export { createProgram, runProgram } from "./program.js";
