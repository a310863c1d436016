/**
 * PyTorch's `F.interpolate(…, align_corners=False)` without antialias: half-pixel centres. The bilinear
 * one is inside pytorch-fid and Open-MAGVIT2's evaluation; the bicubic one (a = -0.75, it overshoots and
 * is not clipped) resizes position tables.
 */
import type { FloatImage } from "../image.js";

interface Tap {
  readonly positions: readonly number[];
  readonly weights: readonly number[];
}

const clamp = (position: number, input: number) => Math.min(Math.max(position, 0), input - 1);

function cubicWeights(t: number): number[] {
  const a = -0.75;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/** The taps around a place of the input, in its pixels. */
const kernels = {
  bilinear: (place: number, input: number): Tap => {
    const source = Math.max(0, place);
    const low = Math.min(Math.floor(source), input - 1);
    return {
      positions: [low, clamp(low + 1, input)],
      weights: [1 - (source - low), source - low],
    };
  },
  bicubic: (place: number, input: number): Tap => {
    const low = Math.floor(place);
    return {
      positions: [-1, 0, 1, 2].map((offset) => clamp(low + offset, input)),
      weights: cubicWeights(place - low),
    };
  },
};

/** How PyTorch interpolates. */
export type TorchFilter = keyof typeof kernels;

export interface TorchTarget {
  readonly width: number;
  readonly height: number;
  readonly filter: TorchFilter;
  /** Input pixels from one output pixel to the next, where `scale_factor` says; default: the sides' ratio. */
  readonly step?: { readonly x: number; readonly y: number };
}

/** PyTorch's `F.interpolate` without antialias, corners not aligned. */
export function resizeTorch(image: FloatImage, target: TorchTarget): FloatImage {
  const { channels, data } = image;
  const { width, height, filter } = target;
  const { x, y } = target.step ?? { x: image.width / width, y: image.height / height };
  const taps = (input: number, output: number, step: number) =>
    Array.from({ length: output }, (_, i) => kernels[filter]((i + 0.5) * step - 0.5, input));
  const columns = taps(image.width, width, x);
  const length = width * channels;
  // each row of the input made as wide as the output, [input height, width, C]
  const lines = new Float64Array(image.height * length);
  for (let row = 0, to = 0; row < image.height; row++)
    for (const { positions, weights } of columns)
      for (let c = 0; c < channels; c++) {
        let line = 0;
        for (let i = 0; i < positions.length; i++)
          line += weights[i]! * data[(row * image.width + positions[i]!) * channels + c]!;
        lines[to++] = line;
      }
  const result = new Float32Array(height * length);
  const rows = taps(image.height, height, y);
  for (let row = 0, to = 0; row < height; row++) {
    const { positions, weights } = rows[row]!;
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let j = 0; j < positions.length; j++)
        sum += weights[j]! * lines[positions[j]! * length + i]!;
      result[to++] = sum;
    }
  }
  return { width, height, channels, data: result };
}
