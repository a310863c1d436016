import type { Gathering, MetricState } from "@fqgan/metrics";

/** How often each code was chosen, by codebook. */
export class CodeCounts implements Gathering {
  readonly #counts: Readonly<Record<string, Float64Array>>;

  /** @param sizes codes of each codebook */
  constructor(sizes: Readonly<Record<string, number>>) {
    this.#counts = Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [name, new Float64Array(size)]),
    );
  }

  /** @param codes indices of each codebook; others are not counted */
  add(codes: Readonly<Record<string, { readonly data: ArrayLike<number> }>>): void {
    for (const [name, counts] of Object.entries(this.#counts))
      for (const code of Array.from(codes[name]?.data ?? [])) counts[code]! += 1;
  }

  /** By codebook, a number for each code. */
  get counts(): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries(
      Object.entries(this.#counts).map(([name, counts]) => [name, Array.from(counts)]),
    );
  }

  merge(state: MetricState): void {
    for (const [name, counts] of Object.entries(this.#counts))
      for (const [code, count] of (state[name]?.data ?? []).entries())
        counts[code]! += Number(count);
  }

  state(): MetricState {
    return Object.fromEntries(
      Object.entries(this.#counts).map(([name, counts]) => [
        name,
        { shape: [counts.length], data: counts.slice() },
      ]),
    );
  }
}
