/**
 * TensorFlow 1's `resize_bilinear` with its defaults: no antialias, no half-pixel offset, corners not
 * aligned. The resize inside ADM's evaluator, torch-fidelity's Inception and StyleGAN's metrics. Every
 * operation is rounded to float32.
 */
import type { FloatImage } from "../image.js";

const { fround } = Math;

/** For each output: the two inputs it lies between and how far it is from the first. */
function positions(input: number, output: number) {
  const scale = fround(input / output);
  return Array.from({ length: output }, (_, i) => {
    const at = fround(i * scale);
    const low = Math.trunc(at);
    return { low, high: Math.min(low + 1, input - 1), rest: fround(at - low) };
  });
}

const mix = (a: number, b: number, rest: number) => fround(a + fround(fround(b - a) * rest));

export function resizeTf1(
  image: FloatImage,
  target: { readonly width: number; readonly height: number },
): FloatImage {
  const { channels, data, width } = image;
  const columns = positions(image.width, target.width);
  const result = new Float32Array(target.width * target.height * channels);
  let to = 0;
  for (const row of positions(image.height, target.height))
    for (const column of columns)
      for (let c = 0; c < channels; c++) {
        const at = (y: number, x: number) => data[(y * width + x) * channels + c]!;
        const top = mix(at(row.low, column.low), at(row.low, column.high), column.rest);
        const bottom = mix(at(row.high, column.low), at(row.high, column.high), column.rest);
        result[to++] = mix(top, bottom, row.rest);
      }
  return { ...target, channels, data: result };
}
