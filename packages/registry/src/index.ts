export { nearest } from "./nearest.js";
export { parseConfig } from "./parse.js";
export { defineRegistry, type Registry, type Strategy, type StrategyConfig } from "./registry.js";
export { UserError } from "./user-error.js";
