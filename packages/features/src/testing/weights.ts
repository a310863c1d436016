import { createKey, fold, type HostTensor, hostTensor, uniform } from "@fqgan/tensor";

/** Random weights of the given shapes: matrices within ±√(3 / fan-in), vectors within ±0.5 of `centre`. */
export function randomWeights(
  shapes: Readonly<Record<string, readonly number[]>>,
  centre: (name: string) => number = () => 0,
): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => {
      const size = shape.reduce((product, side) => product * side, 1);
      const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
      const reach = shape.length > 1 ? Math.sqrt(3 / fanIn) : 0.5;
      const draws = uniform(fold(createKey(17), i), size);
      const values = draws.map((u) => centre(name) + reach * (2 * u - 1));
      return [name, hostTensor(values, shape)];
    }),
  );
}
