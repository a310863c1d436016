import type { NpyArray } from "../npz/npy.js";
import { type Gaussian, Moments } from "./moments.js";

/** Moments of a set and, for the jackknife, of its folds: row i is in fold i mod `folds`. */
export class FoldedMoments {
  readonly whole = new Moments();
  readonly #folds: readonly Moments[];

  constructor(folds: number) {
    this.#folds = Array.from({ length: folds }, () => new Moments());
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

  merge(state: Readonly<Record<string, NpyArray>>): void {
    this.whole.merge(state);
    this.#folds.forEach((fold, i) => {
      fold.merge(withoutPrefix(state, `fold${i}.`));
    });
  }

  state(): Record<string, NpyArray> {
    return Object.assign(
      this.whole.state(),
      ...this.#folds.map((fold, i) => withPrefix(fold.state(), `fold${i}.`)),
    );
  }
}

type Arrays = Readonly<Record<string, NpyArray>>;

/** A state as a part of a larger one: every name gets the prefix. */
export function withPrefix(arrays: Arrays, prefix: string): Record<string, NpyArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [`${prefix}${name}`, array]),
  );
}

/** The part of a larger state whose names have the prefix, without it. */
export function withoutPrefix(arrays: Arrays, prefix: string): Record<string, NpyArray> {
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );
}
