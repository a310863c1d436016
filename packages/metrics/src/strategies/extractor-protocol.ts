import type { ExtractorIdentity, Protocol } from "../metric.js";

/** How a feature metric names its network; "unstated" when the caller gave none. */
export function extractorProtocol(extractor: ExtractorIdentity | undefined): Protocol {
  if (!extractor) return { extractor: "unstated" };
  const { name, hash, dimensions } = extractor;
  return { extractor: name, extractorHash: hash, dimensions };
}
