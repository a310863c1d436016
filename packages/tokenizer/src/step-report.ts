import type { Codes } from "@fqgan/quantizer";
import { type HostTensor, type Tensor, tf } from "@fqgan/tensor";

/** What the codes of a step are called among its results. */
export const CODES = "codes.";

/** Tensors under other names. */
export function named(
  record: Readonly<Record<string, Tensor>>,
  prefix: string,
  f: (tensor: Tensor) => Tensor,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(record).map(([name, tensor]) => [`${prefix}${name}`, f(tensor)]),
  );
}

/** The mean length of vectors, [B, h, w, D] → []. */
export const meanLength = (latents: Tensor): Tensor =>
  tf.mean(tf.sqrt(tf.sum(tf.square(latents), -1)));

/** A step's results by what they are. */
export function sorted({ reconstruction, ...results }: Readonly<Record<string, HostTensor>>) {
  const entries = Object.entries(results);
  const codes = entries.filter(([name]) => name.startsWith(CODES));
  const scalars = entries.filter(([name]) => !name.startsWith(CODES));
  return {
    reconstruction,
    codes: Object.fromEntries(codes.map(([name, rows]) => [name.slice(CODES.length), rows])),
    scalars: Object.fromEntries(scalars),
  };
}

/** The indices of all parts of a batch, one after another. */
export function joined(parts: readonly Codes<HostTensor>[]): Codes<Int32Array> {
  const names = Object.keys(parts[0] ?? {});
  const all = (name: string) => parts.flatMap((part) => [...(part[name]!.data as Int32Array)]);
  return Object.fromEntries(names.map((name) => [name, Int32Array.from(all(name))]));
}

export function numbers(
  scalars: Readonly<Record<string, HostTensor>>,
  prefix = "",
): Record<string, number> {
  const entries = Object.entries(scalars);
  return Object.fromEntries(entries.map(([name, { data }]) => [`${prefix}${name}`, data[0]!]));
}

/** Of each name over the records that have it. */
export function means(records: readonly Record<string, number>[]): Record<string, number> {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return Object.fromEntries(
    [...names].map((name) => {
      const values = records.flatMap((record) => record[name] ?? []);
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length];
    }),
  );
}
