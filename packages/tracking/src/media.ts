import { createHash } from "node:crypto";

/** A PNG that goes with a row. */
export interface ImageValue {
  readonly type: "image";
  readonly png: () => Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly caption: string;
}

/** Counts in equal bins, such as how often each code was chosen. */
export interface HistogramValue {
  readonly type: "histogram";
  readonly counts: readonly number[];
}

/** W&B draws at most this many bins. */
const MAX_BINS = 512;

/** Neighbouring counts are added up where there are more than the service takes. */
export function histogramEntry({ counts }: HistogramValue): Record<string, unknown> {
  const perBin = Math.max(1, Math.ceil(counts.length / MAX_BINS));
  const values = Array.from({ length: Math.ceil(counts.length / perBin) }, (_, bin) =>
    counts.slice(bin * perBin, (bin + 1) * perBin).reduce((sum, count) => sum + count, 0),
  );
  const bins = Array.from({ length: values.length + 1 }, (_, i) =>
    Math.min(i * perBin, counts.length),
  );
  return { _type: "histogram", values, bins };
}

/** An image's place and its entry in the row. The place follows from key, step and content. */
export function imageEntry(
  { png, width, height, caption }: ImageValue,
  { key, step }: { key: string; step: number },
): { path: string; bytes: Uint8Array; entry: Record<string, unknown> } {
  const bytes = png();
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const path = `media/images/${key}_${step}_${sha256.slice(0, 20)}.png`;
  const size = bytes.length;
  const entry = { _type: "image-file", path, sha256, size, format: "png", width, height, caption };
  return { path, bytes, entry };
}
