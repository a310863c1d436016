export { fsq } from "./fsq.js";
export { lfq } from "./lfq.js";
export { vq } from "./vq.js";
