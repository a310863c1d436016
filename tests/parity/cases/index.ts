export { generator } from "./generator.js";
export { generatorFull } from "./generator-full.js";
export { manifest } from "./manifest.js";
export { metrics } from "./metrics.js";
export { preprocess } from "./preprocess.js";
export { quantizer } from "./quantizer.js";
export { tokenizer } from "./tokenizer.js";
export { tokenizerFull } from "./tokenizer-full.js";
