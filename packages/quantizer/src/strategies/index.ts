export { bsq } from "./bsq.js";
export { emaVq } from "./ema-vq.js";
export { fsq } from "./fsq.js";
export { ibq } from "./ibq.js";
export { lfq } from "./lfq.js";
export { simvq } from "./simvq.js";
export { vq } from "./vq.js";
export { vqganLc } from "./vqgan-lc.js";
