/**
 * Seeded randomness with explicit keys: the same key gives the same numbers on every machine.
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011),
 * the generator that JAX uses. Keys are split with `fold`, never advanced.
 */
export type Key = readonly [number, number];

const rotateLeft = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

/**
 * One block: encrypts the counter (counter0, counter1) under the key, and writes two uint32 to `out`
 * from `at` on. The 20 rounds are written out in fives of four with the key injected in between.
 */
export function threefry(
  key: Key,
  counter0: number,
  counter1: number,
  out: Uint32Array,
  at: number,
): void {
  const k0 = key[0] | 0;
  const k1 = key[1] | 0;
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  let x0 = (counter0 + k0) | 0;
  let x1 = (counter1 + k1) | 0;
  let a = k1;
  let b = k2;
  let c = k0;
  for (let group = 1; group <= 5; group++) {
    const odd = (group & 1) === 1;
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, odd ? 13 : 17) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, odd ? 15 : 29) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, odd ? 26 : 16) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotateLeft(x1, odd ? 6 : 24) ^ x0;
    x0 = (x0 + a) | 0;
    x1 = (x1 + b + group) | 0;
    const next = a;
    a = b;
    b = c;
    c = next;
  }
  out[at] = x0;
  out[at + 1] = x1;
}

/** A key from an integer seed in [0, 2^53). */
export function createKey(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new Error(`createKey: expected a seed in [0, 2^53), got ${seed}; use a whole number`);
  return [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0];
}

/** FNV-1a over UTF-16 code units, for names as key parts. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    hash ^= name.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** A new key that depends on `key` and each part (names or non-negative integers), in order. */
export function fold(key: Key, ...parts: (string | number)[]): Key {
  const out = new Uint32Array(2);
  let current = key;
  for (const part of parts) {
    if (typeof part === "string") threefry(current, 0x6e616d65, hashName(part), out, 0);
    else threefry(current, Math.floor(part / 2 ** 32) >>> 0, part >>> 0, out, 0);
    current = [out[0]!, out[1]!];
  }
  return current;
}

/** `count` random uint32. */
export function randomBits(key: Key, count: number): Uint32Array {
  const values = new Uint32Array(count + (count & 1));
  for (let i = 0; i < count; i += 2) threefry(key, 0x62697473, i, values, i);
  return values.subarray(0, count);
}

/** `count` float32 in [0, 1), multiples of 2^-24. */
export function uniform(key: Key, count: number): Float32Array {
  const bits = randomBits(key, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = (bits[i]! >>> 8) * 2 ** -24;
  return values;
}

/** `count` standard normal float32 (Box–Muller). */
export function normal(key: Key, count: number): Float32Array {
  const pairs = uniform(key, count + (count & 1));
  const values = new Float32Array(pairs.length);
  for (let i = 0; i < pairs.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - pairs[i]!));
    const angle = 2 * Math.PI * pairs[i + 1]!;
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  return values.subarray(0, count);
}

/** One integer in [0, limit), without bias for limits far below 2^32. */
export function randomInteger(key: Key, limit: number): number {
  const [high, low] = randomBits(key, 2) as unknown as [number, number];
  return Math.floor((((high >>> 6) * 2 ** 27 + (low >>> 5)) / 2 ** 53) * limit);
}

/** A permutation of 0 … count-1 (Fisher–Yates). */
export function permutation(key: Key, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const draws = uniform53(key, count);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(draws[i]! * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** `count` float64 in [0, 1) with 53 random bits: for draws among many alternatives. */
export function uniform53(key: Key, count: number): Float64Array {
  const bits = randomBits(key, 2 * count);
  return Float64Array.from(
    { length: count },
    (_, i) => ((bits[2 * i]! >>> 5) * 2 ** 26 + (bits[2 * i + 1]! >>> 6)) / 2 ** 53,
  );
}
