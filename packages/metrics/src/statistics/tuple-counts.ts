/** How often each number occurs, for numbers too many for a table: sorted arrays, merged as they grow. */
export class TupleCounts {
  #values = new Float64Array(0);
  #counts = new Float64Array(0);
  #pending = new Float64Array(1 << 14);
  #pendingCount = 0;

  add(value: number): void {
    if (this.#pendingCount === this.#pending.length) this.#settle();
    this.#pending[this.#pendingCount++] = value;
  }

  /** Numbers in ascending order, each once. */
  merge(values: Float64Array, counts: Float64Array): void {
    this.#settle();
    const merged = new Float64Array(this.#values.length + values.length);
    const sums = new Float64Array(merged.length);
    let [i, j, size] = [0, 0, 0];
    while (i < this.#values.length || j < values.length) {
      const [mine, other] = [this.#values[i] ?? Infinity, values[j] ?? Infinity];
      merged[size] = Math.min(mine, other);
      if (mine <= other) sums[size]! += this.#counts[i++]!;
      if (other <= mine) sums[size]! += counts[j++]!;
      size++;
    }
    this.#values = merged.slice(0, size);
    this.#counts = sums.slice(0, size);
  }

  /** The numbers seen, ascending, and how often each. */
  table(): { readonly values: Float64Array; readonly counts: Float64Array } {
    this.#settle();
    return { values: this.#values, counts: this.#counts };
  }

  /** Sorts the pending numbers into the table. */
  #settle(): void {
    if (this.#pendingCount === 0) return;
    const sorted = this.#pending.slice(0, this.#pendingCount).sort();
    this.#pendingCount = 0;
    let size = 0;
    const counts = new Float64Array(sorted.length);
    for (const value of sorted) {
      if (size === 0 || sorted[size - 1] !== value) sorted[size++] = value;
      counts[size - 1]! += 1;
    }
    this.merge(sorted.subarray(0, size), counts.subarray(0, size));
    // A quarter of the table waits at most, so that merging stays cheap.
    const wanted = this.#values.length >> 2;
    if (wanted > this.#pending.length) this.#pending = new Float64Array(wanted);
  }
}
