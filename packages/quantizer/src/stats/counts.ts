/** Above this many kinds, counts are kept for those that occur only. */
const DENSE_LIMIT = 2 ** 20;

/** How often each of `size` things occurred. */
export class Counts {
  total = 0;
  readonly #dense: Float64Array | undefined;
  readonly #sparse = new Map<number, number>();

  constructor(readonly size: number) {
    if (size <= DENSE_LIMIT) this.#dense = new Float64Array(size);
  }

  add(index: number, count = 1): void {
    this.total += count;
    if (this.#dense) this.#dense[index]! += count;
    else this.#sparse.set(index, (this.#sparse.get(index) ?? 0) + count);
  }

  get(index: number): number {
    return this.#dense?.[index] ?? this.#sparse.get(index) ?? 0;
  }

  /** Those that occurred, as [index, count], by index where counts are dense. */
  *entries(): Generator<[number, number]> {
    if (!this.#dense) {
      yield* this.#sparse;
      return;
    }
    for (const [index, count] of this.#dense.entries()) if (count > 0) yield [index, count];
  }

  merge(other: Counts): void {
    for (const [index, count] of other.entries()) this.add(index, count);
  }
}

/** Entropy of a distribution, from a sample of it. */
export interface EntropyEstimate {
  /** How many different values occurred. */
  readonly used: number;
  /** Bits: the entropy of the sample, which is too low while there are few positions for each value. */
  readonly bits: number;
  /** Bits, corrected by (used - 1) / 2n nats (Miller, 1955; Madow): what the whole would rather have. */
  readonly millerMadowBits: number;
}

export function estimateEntropy(counts: Counts): EntropyEstimate {
  const { total } = counts;
  let used = 0;
  let nats = 0;
  for (const [, count] of counts.entries()) {
    used += 1;
    nats -= (count / total) * Math.log(count / total);
  }
  if (total === 0) return { used: 0, bits: 0, millerMadowBits: 0 };
  const correction = (used - 1) / (2 * total);
  return { used, bits: nats / Math.LN2, millerMadowBits: (nats + correction) / Math.LN2 };
}
