import type { MetricState } from "../metric.js";

/** One number an image: mean, spread and the share of exact copies over all images seen. */
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

/** Mean and standard error of the mean; NaN where there is nothing to average. */
export function meanAndError(values: readonly number[]): { mean: number; standardError: number } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count) };
}
