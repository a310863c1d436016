import type { MetricState } from "../metric.js";

/** One number an image, of all images seen. */
export class ImageMeans {
  #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
  }

  merge(state: MetricState): void {
    const { values } = state;
    if (values) for (const value of values.data as Float64Array) this.#values.push(value);
  }

  state(): MetricState {
    return { values: { shape: [this.#values.length], data: Float64Array.from(this.#values) } };
  }

  get values(): readonly number[] {
    return this.#values;
  }
}

/** Mean, NaN of no values, and its standard error, which takes two of them. */
export function meanAndError(values: readonly number[]): { mean: number; standardError?: number } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}
