export { compareGenerator, type GeneratorComparison } from "./compare-generator.js";
export {
  type CodeDifferences,
  codeDifferences,
  compareTokenizer,
  type FileError,
  type Named,
  type TokenizerComparison,
  throughCodes,
} from "./compare-tokenizer.js";
export type { Exported, ExportOptions } from "./exported.js";
export { type ExportGeneratorOptions, exportGenerator } from "./generator.js";
export { nodeRuntime } from "./node-runtime.js";
export { type ExportTokenizerOptions, exportTokenizer } from "./tokenizer.js";
export { readExported, writeExported } from "./write.js";
