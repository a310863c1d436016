import { fold, type Key, nn } from "@fqgan/tensor";
import { type Normalization, normalizeHostRows } from "./normalize.js";

/** [K, D] values uniform in ±1/K, normalised once where codes are compared normalised. */
export function initialCodebook(
  options: {
    readonly size: number;
    readonly dimensions: number;
    readonly normalize: Normalization;
  },
  key: Key,
): Float32Array {
  const { size, dimensions, normalize } = options;
  const values = nn.uniformInit(1 / size)(fold(key, "codebook"), [size, dimensions]);
  return normalizeHostRows(values, dimensions, normalize);
}
