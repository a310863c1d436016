/** Structural similarity (Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004). */
import { UserError } from "@fqgan/registry";
import { z } from "zod";
import type { Metric, MetricStrategy } from "../metric.js";
import { ImageMeans, meanAndError } from "../statistics/image-means.js";
import { type ImagePair, imagePairs } from "../statistics/image-pairs.js";

/** Weights of a separable window along one side, and what its variances are multiplied by. */
interface Window {
  readonly weights: Float64Array;
  readonly varianceScale: number;
}

/** "uniform": 7×7 with sample variances, scikit-image's default. "gaussian": 11×11, σ 1.5, as in the paper. */
const WINDOWS = {
  uniform: (): Window => ({ weights: new Float64Array(7).fill(1 / 7), varianceScale: 49 / 48 }),
  gaussian: (): Window => {
    const weights = Float64Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / 4.5));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { weights: weights.map((weight) => weight / total), varianceScale: 1 };
  },
} as const;

type SsimOptions = {
  readonly window: keyof typeof WINDOWS;
  readonly dataRange: number;
};

export const ssim: MetricStrategy<SsimOptions> = {
  name: "ssim",
  summary:
    "Structural similarity, mean over images (dataRange 2 reproduces LlamaGen's and FQGAN's tables)",
  reference: "https://doi.org/10.1109/TIP.2003.819861",
  options: {
    window: z.enum(["uniform", "gaussian"]).default("uniform"),
    dataRange: z.number().positive().default(1),
  },
  needs: ["images"],
  describes: { ssim: { label: "SSIM", better: "higher", digits: 3 } },
  create(options): Metric {
    const similarities = new ImageMeans();
    return {
      update({ images }) {
        for (const pair of imagePairs("ssim", images)) similarities.add(ssimOf(pair, options));
      },
      merge: (state) => similarities.merge(state),
      state: () => similarities.state(),
      compute() {
        const pairs = similarities.values.length;
        if (pairs === 0)
          throw new UserError(
            "ssim: expected at least one pair of images, got none; pass both sides",
          );
        const { mean, standardError } = meanAndError(similarities.values);
        return {
          metric: "ssim",
          values: { ssim: mean },
          details: { standardError },
          protocol: {
            pairs,
            window: options.window,
            dataRange: `${options.dataRange} for images in [0, 1]`,
            channels: "each separately, then averaged",
          },
        };
      },
    };
  },
};

/** Mean similarity over channels and over the windows that lie wholly inside. */
export function ssimOf(pair: ImagePair, { window, dataRange }: SsimOptions): number {
  const { weights, varianceScale } = WINDOWS[window]();
  const { height, width } = pair;
  const side = weights.length;
  if (height < side || width < side)
    throw new UserError(
      `ssim: expected images of at least ${side} × ${side}, got ${height} × ${width}; ` +
        "choose a smaller window or leave SSIM out",
    );
  const peak = 255 * dataRange;
  const [c1, c2] = [(0.01 * peak) ** 2, (0.03 * peak) ** 2];
  const average = (value: (i: number) => number) => slide({ height, width, weights, value });
  let sum = 0;
  let count = 0;
  for (let channel = 0; channel < 3; channel++) {
    const x = (i: number) => pair.real[3 * i + channel]!;
    const y = (i: number) => pair.fake[3 * i + channel]!;
    const meanX = average(x);
    const meanY = average(y);
    const squareX = average((i) => x(i) ** 2);
    const squareY = average((i) => y(i) ** 2);
    const product = average((i) => x(i) * y(i));
    for (let i = 0; i < meanX.length; i++) {
      const [ux, uy] = [meanX[i]!, meanY[i]!];
      const varianceX = varianceScale * (squareX[i]! - ux * ux);
      const varianceY = varianceScale * (squareY[i]! - uy * uy);
      const covariance = varianceScale * (product[i]! - ux * uy);
      sum +=
        ((2 * ux * uy + c1) * (2 * covariance + c2)) /
        ((ux * ux + uy * uy + c1) * (varianceX + varianceY + c2));
    }
    count += meanX.length;
  }
  return sum / count;
}

/** Weighted averages over all windows inside an image of one channel, [H - s + 1, W - s + 1]. */
function slide(input: {
  readonly height: number;
  readonly width: number;
  readonly weights: Float64Array;
  readonly value: (i: number) => number;
}): Float64Array {
  const { height, width, weights, value } = input;
  const side = weights.length;
  const [rows, columns] = [height - side + 1, width - side + 1];
  const across = new Float64Array(height * columns); // windows along each row
  for (let i = 0; i < height; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < side; k++) sum += weights[k]! * value(i * width + j + k);
      across[i * columns + j] = sum;
    }
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < side; k++) sum += weights[k]! * across[(i + k) * columns + j]!;
      result[i * columns + j] = sum;
    }
  return result;
}
