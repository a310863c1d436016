export type { KeepOptions, Position, Rejected } from "../store/kept-pass.js";
export { type AuditedTokenizer, auditedTokenizer } from "./audited-tokenizer.js";
export {
  auditTokenizer,
  type CardProtocol,
  stampOf,
  type TokenizerCard,
} from "./card.js";
export { cardPage, finite } from "./card-page.js";
export {
  evaluatePairs,
  evaluateSets,
  type ImageEvaluation,
  type Reconstructor,
} from "./evaluate-images.js";
export { type ProtocolOutcome, SetEvaluation } from "./evaluate-sets.js";
export { openGenerated, openReference } from "./generated-source.js";
export { type ImageSource, openImages } from "./image-source.js";
export { formatInterval, type LabelledValue, labelled } from "./labelled.js";
export { openOnnxTokenizer } from "./onnx-tokenizer.js";
export {
  availableProtocols,
  chooseProtocols,
  type EvaluationProtocol,
  type WeightFiles,
} from "./protocols.js";
export { referenceFile } from "./statistics.js";
export { tokenizerReconstructor } from "./tokenizer-reconstructor.js";
