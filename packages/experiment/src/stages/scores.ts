import type { MetricResult } from "@fqgan/metrics";
import type { Protocol, Summary } from "../schema/run-format.js";

/** Metric results as entries of a summary: `<of>/fid` with its protocol. */
export function scoresOf(
  results: readonly MetricResult[],
  { of, split, images }: { readonly of: string; readonly split: string; readonly images: number },
): Summary {
  const metrics: Record<string, number> = {};
  const protocols: Record<string, Protocol> = {};
  for (const { values, protocol } of results) {
    const { extractor } = protocol;
    const note = typeof extractor === "string" ? extractorNote(extractor) : undefined;
    for (const [name, value] of Object.entries(values)) {
      metrics[`${of}/${name}`] = value;
      protocols[`${of}/${name}`] = {
        ...protocol,
        split,
        images,
        ...(typeof extractor === "string" && { extractor }),
        ...(note && { note }),
      } as Protocol;
    }
  }
  const usages = Object.entries(metrics).filter(([name]) => name.endsWith(".usage"));
  if (usages.length > 0) {
    const name = `${of}/usage`;
    metrics[name] = usages.reduce((sum, [, value]) => sum + value, 0) / usages.length;
    protocols[name] = { ...protocols[usages[0]![0]]!, note: "usage: mean over codebooks" };
  }
  return { metrics, protocols };
}

/** What keeps anyone from comparing these numbers with a paper's. */
const extractorNote = (extractor: string) =>
  `FID and IS by ${extractor}, not comparable with those of Inception on ImageNet`;
