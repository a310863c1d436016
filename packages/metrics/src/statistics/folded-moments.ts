import type { Gathering, MetricState } from "../metric.js";
import { together } from "./gather.js";
import { type Gaussian, Moments } from "./moments.js";

/** Moments of a set and, for the jackknife, of its folds: row i is in fold i mod `folds`. */
export class FoldedMoments {
  readonly whole = new Moments();
  readonly #folds: readonly Moments[];
  readonly #parts: Gathering;

  constructor(folds: number) {
    this.#folds = Array.from({ length: folds }, () => new Moments());
    this.#parts = together(
      Object.fromEntries(this.#folds.map((fold, i) => [`fold${i}`, fold] as const)),
    );
  }

  get count(): number {
    return this.whole.count;
  }

  /** @param rows [B, D] */
  append(rows: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): void {
    const [count = 0, columns = 0] = rows.shape;
    const folds = this.#folds.length;
    const data = Float32Array.from(rows.data);
    for (let row = 0; folds > 0 && row < count; row++)
      this.#folds[(this.count + row) % folds]!.append({
        shape: [1, columns],
        data: data.subarray(row * columns, (row + 1) * columns),
      });
    this.whole.append(rows);
  }

  /** The Gaussians of all rows outside each fold. */
  leftOut(): Gaussian[] {
    return this.#folds.map((left) => {
      const rest = new Moments();
      for (const fold of this.#folds) if (fold !== left) rest.merge(fold.state());
      return rest.gaussian();
    });
  }

  merge(state: MetricState): void {
    this.whole.merge(state);
    this.#parts.merge(state);
  }

  state(): MetricState {
    return { ...this.whole.state(), ...this.#parts.state() };
  }
}
