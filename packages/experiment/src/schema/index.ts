export * from "./run-format.js";
export * from "./sweep-format.js";
