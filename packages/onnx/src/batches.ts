/** Values of all images one after another. */
export type Values = Float32Array | Int32Array;

/** Some images that go through a file together. */
interface Part {
  readonly first: number;
  readonly count: number;
}

/** `total` images in parts of at most `batch`. */
export const parts = (total: number, batch: number): Part[] =>
  Array.from({ length: Math.ceil(total / batch) }, (_, i) => ({
    first: i * batch,
    count: Math.min(batch, total - i * batch),
  }));

/** What a part has of values of `length` an image, its last image repeated up to `batch`. */
export function takeRows(
  values: Values,
  { first, count }: Part,
  { batch, length }: { readonly batch: number; readonly length: number },
): Values {
  const taken = values.slice(first * length, (first + count) * length);
  if (count === batch) return taken;
  const size = batch * length;
  const filled = taken instanceof Float32Array ? new Float32Array(size) : new Int32Array(size);
  filled.set(taken);
  const last = taken.subarray((count - 1) * length);
  for (let row = count; row < batch; row++) filled.set(last, row * length);
  return filled;
}

/** Writes what was made of a part to where it belongs. */
export function putRows(
  values: Values,
  { first, count }: Part,
  { made, length }: { readonly made: Values; readonly length: number },
): void {
  values.set(made.subarray(0, count * length), first * length);
}
