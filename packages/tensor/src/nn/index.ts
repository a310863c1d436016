export {
  type AttentionCache,
  type CachedAttention,
  cachedAttention,
} from "../kernels/cached-attention.js";
export { groupNorm } from "../kernels/group-norm.js";
export { silu } from "../kernels/silu.js";
export { gelu } from "./activations.js";
export {
  causalMask,
  mergeHeads,
  SelfAttention,
  scaledDotProductAttention,
  splitHeads,
} from "./attention.js";
export { Conv2d, type Conv2dOptions, upsampleNearest } from "./conv.js";
export { Embedding } from "./embedding.js";
export {
  constantInit,
  fanInInit,
  type Initializer,
  normalInit,
  uniformInit,
  withoutInitialValues,
} from "./init.js";
export { Linear, type LinearOptions } from "./linear.js";
export { buffer, type Layer, Module, parameter } from "./module.js";
export { GroupNorm, LayerNorm, RmsNorm } from "./norm.js";
