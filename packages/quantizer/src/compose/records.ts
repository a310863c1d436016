import { UserError } from "@fqgan/registry";

/** The record with every value replaced. */
export function mapRecord<A, B>(
  record: Readonly<Record<string, A>>,
  f: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
}

/** Records in a record as one: { visual: { codebook } } → { "visual.codebook" }. */
export function prefixed<T>(
  groups: Readonly<Record<string, Readonly<Record<string, T>>>>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([group, record]) =>
      Object.entries(record).map(([name, value]) => [`${group}.${name}`, value]),
    ),
  );
}

/** The value of that name; a missing one is named together with those that are there. */
export function take<T>(record: Readonly<Record<string, T>>, name: string, where: string): T {
  const value = record[name];
  if (value !== undefined) return value;
  const there = Object.keys(record).join(", ") || "nothing";
  throw new UserError(`${where}: expected "${name}", got ${there}; name them as they were created`);
}
