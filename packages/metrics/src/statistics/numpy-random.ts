/**
 * NumPy's legacy `RandomState`, which torch-fidelity shuffles with: the MT19937 generator (Matsumoto &
 * Nishimura, 1998) and the legacy `permutation` and `choice` that draw from it.
 */
const SIZE = 624;
const SHIFT = 397;

/** NumPy's `RandomState` (Mersenne Twister): the same numbers from the same seed. */
export class RandomState {
  readonly #state = new Uint32Array(SIZE);
  #next = SIZE;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** The next 32 random bits. */
  uint32(): number {
    if (this.#next === SIZE) this.#refill();
    let word = this.#state[this.#next++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** 0 … count-1 in random order. */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.#upTo(i);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }

  /** `size` different integers below `count`: `choice(count, size, replace=False)`. */
  choice(count: number, size: number): Int32Array {
    return this.permutation(count).subarray(0, size);
  }

  /** A uniform integer in [0, limit], by masking and rejecting. */
  #upTo(limit: number): number {
    const mask = 2 ** (32 - Math.clz32(limit)) - 1;
    for (;;) {
      const value = (this.uint32() & mask) >>> 0;
      if (value <= limit) return value;
    }
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      const twisted = (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
      state[i] = state[(i + SHIFT) % SIZE]! ^ twisted;
    }
    this.#next = 0;
  }
}
