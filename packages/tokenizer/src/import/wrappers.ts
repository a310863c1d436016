/** What DistributedDataParallel and torch.compile put before every name of the model that they wrap. */
const WRAPPERS = ["module.", "_orig_mod."];

/** Weights by the names that they have without wrappers. */
export function withoutWrappers<T>(
  weights: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  const entries = Object.entries(weights);
  const wrapper = WRAPPERS.find((prefix) => entries.every(([name]) => name.startsWith(prefix)));
  if (wrapper === undefined || entries.length === 0) return weights;
  const inner = entries.map(([name, value]) => [name.slice(wrapper.length), value] as const);
  return withoutWrappers(Object.fromEntries(inner));
}
