/**
 * Index arithmetic. A code of several digits (LFQ bits, FSQ levels, the sub-codes of a token) is one
 * index in mixed radix, the first digit changing fastest unless said otherwise. Everything stays in integers: exact up to
 * 2^31 codes in tensors (int32), 2^53 on the host.
 */
import { UserError } from "@fqgan/registry";
import { type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";

/** The most codes that an int32 index can tell apart. */
export const MAX_CODES = 2 ** 31;

/** The number of codes with these digits; more than `limit` is refused. */
export function codeCount(
  radices: readonly number[],
  where: string,
  limit: number = MAX_CODES,
): number {
  let count = 1;
  for (const radix of radices) {
    if (!Number.isInteger(radix) || radix < 1)
      throw new UserError(
        `${where}: expected sizes of at least 1, got ${radix}; use whole numbers`,
      );
    count *= radix;
    if (count > limit)
      throw new UserError(
        `${where}: expected at most 2^${Math.log2(limit)} codes, got ${radices.join("·")}; ` +
          "split them over several codebooks",
      );
  }
  return count;
}

/** Which digit changes fastest as the index counts up. */
export type DigitOrder = "first-fastest" | "last-fastest";

/** What a unit of each digit adds to the index: [1, r0, r0·r1, …], or that from the other end. */
export function placeValues(
  radices: readonly number[],
  order: DigitOrder = "first-fastest",
): number[] {
  if (order === "last-fastest") return placeValues([...radices].reverse()).reverse();
  let place = 1;
  return radices.map((radix) => {
    const value = place;
    place *= radix;
    return value;
  });
}

/** Digits to indices inside a program: int32 [N, digits] → int32 [N]. */
export function packDigits(
  digits: Tensor2D,
  radices: readonly number[],
  order?: DigitOrder,
): Tensor1D {
  const places = tf.tensor2d([placeValues(radices, order)], [1, radices.length], "int32");
  return tf.sum(tf.mul(digits, places), 1);
}

/** Indices to digits inside a program: int32 [N] → int32 [N, digits]. */
export function unpackDigits(
  indices: Tensor1D,
  radices: readonly number[],
  order?: DigitOrder,
): Tensor2D {
  const places = tf.tensor2d([placeValues(radices, order)], [1, radices.length], "int32");
  const sizes = tf.tensor2d([[...radices]], [1, radices.length], "int32");
  const column = tf.reshape(indices, [-1, 1]); // [N, 1]
  return tf.mod(tf.floorDiv(column, places), sizes);
}

/** One index from its digits, on the host. */
export function packIndex(digits: readonly number[], radices: readonly number[]): number {
  const places = placeValues(radices);
  return digits.reduce((index, digit, i) => index + digit * places[i]!, 0);
}

/** The digits of one index, on the host. */
export function unpackIndex(index: number, radices: readonly number[]): number[] {
  let rest = index;
  return radices.map((radix) => {
    const digit = rest % radix;
    rest = (rest - digit) / radix;
    return digit;
  });
}

/**
 * Indices of one codebook as sub-tokens of unequal vocabularies, as a generator of small classifiers
 * wants them: 2^18 codes as { low: 2^6, high: 2^12 }. The first part holds the fastest digit.
 * @param size of the codebook, where the sizes of the parts should be checked against it
 */
export function splitIndices<Name extends string>(
  indices: Int32Array,
  sizes: Readonly<Record<Name, number>>,
  { size: expected }: { readonly size?: number } = {},
): Record<Name, Int32Array> {
  const names = Object.keys(sizes) as Name[];
  const radices = names.map((name) => sizes[name]);
  const size = codeCount(radices, "splitIndices");
  if (expected !== undefined && size !== expected)
    throw new UserError(
      `splitIndices: expected sizes that multiply to ${expected} codes, got ` +
        `${radices.join("·")} = ${size}; change one of ${names.join(", ")}`,
    );
  checkIndices("splitIndices", indices, size);
  const places = placeValues(radices);
  const part = (i: number) => indices.map((index) => Math.floor(index / places[i]!) % radices[i]!);
  return Object.fromEntries(names.map((name, i) => [name, part(i)])) as Record<Name, Int32Array>;
}

/** The inverse of `splitIndices`. */
export function joinIndices<Name extends string>(
  parts: Readonly<Record<Name, Int32Array>>,
  sizes: Readonly<Record<Name, number>>,
): Int32Array {
  const names = Object.keys(sizes) as Name[];
  const radices = names.map((name) => sizes[name]);
  codeCount(radices, "joinIndices");
  for (const name of names) checkIndices(`joinIndices: ${name}`, parts[name], sizes[name]);
  const places = placeValues(radices);
  return parts[names[0]!].map((_, row) =>
    names.reduce((index, name, i) => index + parts[name][row]! * places[i]!, 0),
  );
}

/** Refuses indices outside [0, size), naming the first one. */
export function checkIndices(where: string, indices: Int32Array, size: number): void {
  const position = indices.findIndex((index) => index < 0 || index >= size);
  if (position < 0) return;
  throw new UserError(
    `${where}: expected indices in [0, ${size}), got ${indices[position]} at ${position}; ` +
      "were these codes written with another tokenizer?",
  );
}

/** Refuses NaN and infinite latents, naming the first one; for values on their way into a program. */
export function checkFinite(where: string, values: Float32Array): void {
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position < 0) return;
  throw new UserError(
    `${where}: expected finite latents, got ${values[position]} at ${position}; ` +
      "the encoder has diverged: lower the learning rate or clip gradients",
  );
}
