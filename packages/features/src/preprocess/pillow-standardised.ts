import { crop, type Image, resizePil } from "@fqgan/image";
import type { Preparation } from "./preparation.js";

/** Mean and standard deviation of each channel, of pixels in [0, 1]. */
export interface ChannelStatistics {
  readonly name: string;
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

/** What images are cut to before they are resized. */
export const framings = {
  /** Everything; the sides' ratio is lost. */
  stretch: { words: "", apply: (image: Image) => image },
  /** The square in the middle. */
  "centre-square": {
    words: "centre square, ",
    apply(image: Image) {
      const side = Math.min(image.width, image.height);
      return crop(image, {
        left: Math.floor((image.width - side) / 2),
        top: Math.floor((image.height - side) / 2),
        width: side,
        height: side,
      });
    },
  },
} as const;

export type Framing = keyof typeof framings;

const { fround } = Math;

/** Pillow's bicubic on 8 bits to size × size, then (x / 255 - mean) / deviation in float32, as torchvision. */
export function pillowStandardised(options: {
  readonly size: number;
  readonly framing: Framing;
  readonly statistics: ChannelStatistics;
}): Preparation {
  const { size, framing, statistics } = options;
  const { words, apply } = framings[framing];
  const tables = statistics.mean.map((mean, c) =>
    Float32Array.from({ length: 256 }, (_, x) =>
      fround(fround(fround(x / 255) - fround(mean)) / fround(statistics.deviation[c]!)),
    ),
  );
  return {
    description: `8 bits, ${words}Pillow bicubic to ${size}×${size}, ${statistics.name} mean and deviation`,
    shape: [size, size, 3],
    prepare(image) {
      const { data } = resizePil(apply(image), { width: size, height: size, filter: "bicubic" });
      return Float32Array.from(data, (x, i) => tables[i % 3]![x]!);
    },
  };
}

/** Means and deviations of RGB in [0, 1] that networks were trained with, by name. */
export const channelStatistics = {
  imagenet: {
    name: "ImageNet's",
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
  },
  clip: {
    name: "CLIP's",
    mean: [0.48145466, 0.4578275, 0.40821073],
    deviation: [0.26862954, 0.26130258, 0.27577711],
  },
  /** Pixels in [-1, 1]. */
  half: { name: "0.5", mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  /** Pixels in [0, 1]. */
  none: { name: "no", mean: [0, 0, 0], deviation: [1, 1, 1] },
} as const satisfies Record<string, ChannelStatistics>;

export type ChannelStatisticsName = keyof typeof channelStatistics;
