export { Adam, type AdamOptions } from "./adam.js";
export { clipByGlobalNorm, globalNorm } from "./clip.js";
export { Ema } from "./ema.js";
export { type Losses, lossGradients } from "./loss-gradients.js";
export { type Schedule, warmupConstant, warmupCosine } from "./schedules.js";
