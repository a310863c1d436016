import type { Gathering, MetricState } from "../metric.js";
import type { NpyArray } from "../npz/npy.js";

/** Several gatherings as one, whose arrays are named after the parts: `<part>.<array>`. */
export function together(parts: Readonly<Record<string, Gathering>>): Gathering {
  const named = Object.entries(parts);
  return {
    merge(state) {
      for (const [name, part] of named) part.merge(withoutPrefix(state, `${name}.`));
    },
    state: () =>
      Object.assign({}, ...named.map(([name, part]) => withPrefix(part.state(), `${name}.`))),
  };
}

function withPrefix(arrays: MetricState, prefix: string): Record<string, NpyArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [`${prefix}${name}`, array]),
  );
}

function withoutPrefix(arrays: MetricState, prefix: string): Record<string, NpyArray> {
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );
}
