export { generator } from "./generator.js";
export { quantizer } from "./quantizer.js";
