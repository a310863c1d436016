export type { Extracted, Extractor, ExtractorStrategy } from "./extractor.js";
export { extractors, loadExtractor, loadTeacher, teachers } from "./extractors.js";
