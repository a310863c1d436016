import { UserError } from "@fqgan/registry";

/** Distinct codes among the last `window` indices, counted as they come and go. */
export class UsageWindow {
  readonly #ring: Int32Array;
  readonly #counts: Int32Array;
  readonly #name: string;
  #next = 0;
  #seen = 0;
  #distinct = 1;

  constructor({ window, size, name }: { window: number; size: number; name: string }) {
    this.#ring = new Int32Array(window);
    this.#counts = new Int32Array(size);
    this.#counts[0] = window;
    this.#name = name;
  }

  add(indices: ArrayLike<number>): void {
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      if (!(index >= 0 && index < this.#counts.length))
        throw new UserError(
          `codebook "${this.#name}": expected indices in [0, ${this.#counts.length}), got ${index}; ` +
            "state the size of the codebook that wrote these codes",
        );
      const leaving = this.#ring[this.#next]!;
      this.#counts[leaving]! -= 1;
      if (this.#counts[leaving] === 0) this.#distinct -= 1;
      if (this.#counts[index] === 0) this.#distinct += 1;
      this.#counts[index]! += 1;
      this.#ring[this.#next] = index;
      this.#next = (this.#next + 1) % this.#ring.length;
      this.#seen += 1;
    }
  }

  /** Share of the codebook that is in the window. */
  get usage(): number {
    return this.#distinct / this.#counts.length;
  }

  /** The indices seen that are still in the window, oldest first. */
  recent(): Int32Array {
    const count = Math.min(this.#seen, this.#ring.length);
    const start = this.#next - count + this.#ring.length;
    return Int32Array.from(
      { length: count },
      (_, i) => this.#ring[(start + i) % this.#ring.length]!,
    );
  }
}
