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

/** TensorFlow 1's `resize_bilinear` (corners not aligned), bit for bit, on any scale of values. */
export function resizeTf1(
  image: FloatImage,
  target: { readonly width: number; readonly height: number },
): FloatImage {
  const { channels, data, width } = image;
  const columns = positions(image.width, target.width);
  const length = target.width * channels;
  const line = (row: number): Float32Array => {
    const wide = new Float32Array(length);
    const start = row * width * channels;
    let to = 0;
    for (const { low, high, rest } of columns)
      for (let c = 0; c < channels; c++)
        wide[to++] = mix(
          data[start + low * channels + c]!,
          data[start + high * channels + c]!,
          rest,
        );
    return wide;
  };
  // an enlarged image reads each of its rows several times
  const lines = new Map<number, Float32Array>();
  const lineOf = (row: number): Float32Array => {
    const known = lines.get(row);
    if (known) return known;
    const made = line(row);
    lines.set(row, made);
    return made;
  };
  const result = new Float32Array(target.height * length);
  let to = 0;
  for (const { low, high, rest } of positions(image.height, target.height)) {
    const [top, bottom] = [lineOf(low), lineOf(high)];
    for (let i = 0; i < length; i++) result[to++] = mix(top[i]!, bottom[i]!, rest);
  }
  return { ...target, channels, data: result };
}
