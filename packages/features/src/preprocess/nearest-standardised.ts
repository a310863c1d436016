import { toSignedUnit } from "@fqgan/image";
import type { ChannelStatistics } from "./pillow-standardised.js";
import type { Preparation } from "./preparation.js";

const { fround } = Math;

export interface NearestOptions {
  /** Side of the result. */
  readonly size: number;
  readonly statistics: ChannelStatistics;
}

/**
 * An image as FQGAN's training code shows it to its teachers: resized to size × size with nearest
 * neighbours (the default of the function it calls), then (x/2 + 1/2 - mean) / deviation, in float32.
 * @param values [H, W, 3] in [-1, 1]
 * @returns [size, size, 3]
 */
export function nearestStandardised(
  values: Float32Array,
  [height, width]: readonly [number, number],
  { size, statistics }: NearestOptions,
): Float32Array {
  const rows = nearestPlaces(height, size);
  const columns = nearestPlaces(width, size);
  const mean = statistics.mean.map(fround);
  const deviation = statistics.deviation.map(fround);
  const result = new Float32Array(size * size * 3);
  let at = 0;
  for (const row of rows)
    for (const column of columns)
      for (let c = 0; c < 3; c++) {
        const half = fround(values[(row * width + column) * 3 + c]! * 0.5 + 0.5);
        result[at++] = fround(fround(half - mean[c]!) / deviation[c]!);
      }
  return result;
}

/** PyTorch's: ⌊i · from / to⌋ with the ratio in float32. */
function nearestPlaces(from: number, to: number): number[] {
  const ratio = fround(from / to);
  return Array.from({ length: to }, (_, i) => Math.min(Math.floor(fround(i * ratio)), from - 1));
}

/** The same for images of 8 bits. */
export const nearestPreparation = (options: NearestOptions): Preparation => ({
  description: `8 bits, nearest neighbours to ${options.size}×${options.size}, ${options.statistics.name} mean and deviation`,
  shape: [options.size, options.size, 3],
  prepare: ({ data, height, width }) =>
    nearestStandardised(toSignedUnit(data), [height, width], options),
});
