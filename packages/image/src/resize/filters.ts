/** The filters of Pillow's resize: a kernel and how far it reaches, in units of the filter's scale. */
export interface ResizeFilter {
  readonly support: number;
  readonly weight: (x: number) => number;
}

function bicubic(x: number, a: number): number {
  const t = Math.abs(x);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a;
  return 0;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

export const resizeFilters = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => bicubic(x, -0.5) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
} as const satisfies Record<string, ResizeFilter>;

/** `nearest` has no kernel: it picks pixels. */
export type PilFilter = keyof typeof resizeFilters | "nearest";

/** For each output position: the first input it reads, how many, and their weights. */
export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [outputs, reach] float64, rows padded with zeros. */
  readonly weights: Float64Array;
  readonly reach: number;
}

/** The weights of one pass from `input` to `output` pixels; they sum to 1 (antialiased when shrinking). */
export function filterTaps(filter: ResizeFilter, input: number, output: number): Taps {
  const scale = input / output;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const reach = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(output);
  const count = new Int32Array(output);
  const weights = new Float64Array(output * reach);
  const inverse = 1 / filterScale;
  for (let i = 0; i < output; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(input, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let k = 0; k < high - low; k++) {
      const weight = filter.weight((k + low - centre + 0.5) * inverse);
      weights[i * reach + k] = weight;
      sum += weight;
    }
    if (sum !== 0) for (let k = 0; k < high - low; k++) weights[i * reach + k]! /= sum;
    first[i] = low;
    count[i] = high - low;
  }
  return { first, count, weights, reach };
}
