import { type MetricResult, metrics as metricRegistry } from "@fqgan/metrics";
import type { Protocol, Summary } from "../schema/run-format.js";

/** Metric results as entries of a summary: `<of>/fid` with its protocol. */
export function scoresOf(
  results: readonly MetricResult[],
  measured: {
    /** First part of the names: "test", "samples". */
    readonly of: string;
    readonly split: string;
    readonly images: number;
    /** In words, for captions: "test 313", "512 samples against train". */
    readonly set: string;
    /** What FID is called when it compares these: "rFID", "gFID". */
    readonly fid: string;
  },
): Summary {
  const { of, split, images, set, fid } = measured;
  const metrics: Record<string, number> = {};
  const protocols: Record<string, Protocol> = {};
  for (const { metric, values, protocol } of results) {
    const { extractor } = protocol;
    const note = typeof extractor === "string" ? noteOf(metric, { extractor, fid }) : undefined;
    for (const [name, value] of Object.entries(values)) {
      metrics[`${of}/${name}`] = value;
      protocols[`${of}/${name}`] = {
        ...protocol,
        split,
        images,
        set,
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
const noteOf = (metric: string, { extractor, fid }: { extractor: string; fid: string }) =>
  metricRegistry.get(metric).needs.includes("perceptual")
    ? `distances of pairs by ${extractor}`
    : `${fid} and IS by ${extractor}, not comparable with ImageNet ${fid}`;
