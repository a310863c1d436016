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

const kernels = {
  bilinear: (i: number, input: number, output: number): Tap => {
    const source = Math.max(0, ((i + 0.5) * input) / output - 0.5);
    const low = Math.min(Math.floor(source), input - 1);
    return {
      positions: [low, clamp(low + 1, input)],
      weights: [1 - (source - low), source - low],
    };
  },
  bicubic: (i: number, input: number, output: number): Tap => {
    const source = ((i + 0.5) * input) / output - 0.5;
    const low = Math.floor(source);
    return {
      positions: [-1, 0, 1, 2].map((offset) => clamp(low + offset, input)),
      weights: cubicWeights(source - low),
    };
  },
};

export type TorchFilter = keyof typeof kernels;

export function resizeTorch(
  image: FloatImage,
  target: { readonly width: number; readonly height: number; readonly filter: TorchFilter },
): FloatImage {
  const { channels, data } = image;
  const { width, height, filter } = target;
  const taps = (input: number, output: number) =>
    Array.from({ length: output }, (_, i) => kernels[filter](i, input, output));
  const columns = taps(image.width, width);
  const result = new Float32Array(width * height * channels);
  let to = 0;
  for (const row of taps(image.height, height))
    for (const column of columns)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        row.positions.forEach((y, j) => {
          let line = 0;
          column.positions.forEach((x, i) => {
            line += column.weights[i]! * data[(y * image.width + x) * channels + c]!;
          });
          sum += row.weights[j]! * line;
        });
        result[to++] = sum;
      }
  return { width, height, channels, data: result };
}
