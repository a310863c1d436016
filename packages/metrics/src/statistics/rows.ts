import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import { type Matrix, matrix } from "../linear-algebra/index.js";
import type { NpyArray } from "../npz/npy.js";
import type { FeatureRows } from "./tiles.js";

/** Rows kept as float32, for statistics that need every sample again. */
export class Rows {
  #data = new Float32Array(0);
  #columns = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** 0 before the first row. */
  get columns(): number {
    return this.#columns;
  }

  /** @param rows [B, D] */
  append(rows: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): void {
    const [count = 0, columns = 0] = rows.shape;
    if (rows.shape.length !== 2 || (this.#columns !== 0 && columns !== this.#columns))
      throw new UserError(
        `metrics: expected rows [B, ${this.#columns || "D"}], got [${rows.shape}]; ` +
          "use one extractor for all batches",
      );
    if (count === 0) return;
    this.#columns = columns;
    const needed = (this.#count + count) * columns;
    if (needed > this.#data.length) {
      const grown = new Float32Array(Math.max(needed, 2 * this.#data.length));
      grown.set(this.#data.subarray(0, this.#count * columns));
      this.#data = grown;
    }
    this.#data.set(rows.data, this.#count * columns);
    this.#count += count;
  }

  /** [N, D] float32, a view. */
  values(): Float32Array {
    return this.#data.subarray(0, this.#count * this.#columns);
  }

  /** A view that products are taken of. */
  features(): FeatureRows {
    return { rows: this.#count, columns: this.#columns, data: this.values() };
  }

  /** [N, D] */
  toMatrix(): Matrix {
    return matrix(this.#count, this.#columns, Float64Array.from(this.values()));
  }

  toArray(): NpyArray {
    return { shape: [this.#count, this.#columns], data: this.values().slice() };
  }

  clear(): void {
    this.#count = 0;
  }
}

/** Feature rows that several metrics of one pass keep once between them; their states leave them out. */
export class SharedRows {
  readonly #rows = new TwoSidedRows();
  #wanted = false;

  /** For a metric: the rows, which it must not fill itself. */
  use(): TwoSidedRows {
    this.#wanted = true;
    return this.#rows;
  }

  /** For who feeds the metrics. */
  append(sides: { real?: HostTensor; fake?: HostTensor } | undefined): void {
    if (this.#wanted) this.#rows.append(sides);
  }

  merge(state: Readonly<Record<string, NpyArray>>): void {
    if (this.#wanted) this.#rows.merge(state);
  }

  state(): Record<string, NpyArray> {
    return this.#wanted ? this.#rows.state() : {};
  }
}

/** The rows that a metric reads, and what it does with them itself: nothing where they are shared. */
export function featureRows({ shared }: { readonly shared?: SharedRows }): {
  readonly rows: TwoSidedRows;
  update(batch: { readonly features?: { real?: HostTensor; fake?: HostTensor } }): void;
  merge(state: Readonly<Record<string, NpyArray>>): void;
  state(): Record<string, NpyArray>;
} {
  if (shared)
    return {
      rows: shared.use(),
      update: () => undefined,
      merge: () => undefined,
      state: () => ({}),
    };
  const rows = new TwoSidedRows();
  return {
    rows,
    update: ({ features }) => rows.append(features),
    merge: (state) => rows.merge(state),
    state: () => rows.state(),
  };
}

/** Rows of the real and the fake side. */
export class TwoSidedRows {
  readonly real = new Rows();
  readonly fake = new Rows();

  append(sides: { real?: HostTensor; fake?: HostTensor } | undefined): void {
    if (sides?.real) this.real.append(sides.real);
    if (sides?.fake) this.fake.append(sides.fake);
  }

  merge(state: Readonly<Record<string, NpyArray>>): void {
    for (const side of ["real", "fake"] as const) {
      const stored = state[side];
      if (stored) this[side].append({ shape: stored.shape, data: stored.data as Float32Array });
    }
  }

  state(): Record<string, NpyArray> {
    return { real: this.real.toArray(), fake: this.fake.toArray() };
  }

  /** A UserError unless each side has at least `least` rows. */
  require(metric: string, least: number): void {
    for (const side of ["real", "fake"] as const)
      if (this[side].count < least)
        throw new UserError(
          `${metric}: expected at least ${least} ${side} samples, got ${this[side].count}; ` +
            "evaluate on more images",
        );
  }
}
