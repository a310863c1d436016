export { quantizer } from "./quantizer.js";
