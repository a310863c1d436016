import { resizeTf1, toFloat } from "@fqgan/image";
import type { ChannelStatistics } from "./pillow-standardised.js";
import type { Preparation } from "./preparation.js";

const { fround } = Math;

/**
 * TensorFlow 1's bilinear resize of 8 bits to size × size, then (x - 255 · mean) / (255 · deviation) in float32:
 * how torch-fidelity shows images to networks of 224 pixels.
 */
export function tf1Standardised({
  size,
  statistics,
}: {
  readonly size: number;
  readonly statistics: ChannelStatistics;
}): Preparation {
  const mean = statistics.mean.map((value) => fround(255 * value));
  const deviation = statistics.deviation.map((value) => fround(255 * value));
  return {
    description: `8 bits, TensorFlow 1 bilinear to ${size}×${size}, ${statistics.name} mean and deviation`,
    shape: [size, size, 3],
    prepare(image) {
      const pixels = { ...image, data: toFloat(image.data) };
      const { data } = resizeTf1(pixels, { width: size, height: size });
      return data.map((x, i) => fround(x - mean[i % 3]!) / deviation[i % 3]!);
    },
  };
}
