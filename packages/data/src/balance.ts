import { fold, type Key, permutation } from "@fqgan/tensor";

/** Images of each class. */
export function classCounts(labels: ArrayLike<number>, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]! += 1;
  return counts;
}

/**
 * A weight for every image such that each class that occurs weighs the same and the weights sum to 1:
 * 1 / (classes that occur · images of this class).
 */
export function classBalancedWeights(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = classCounts(labels, classes);
  const occurring = counts.filter((count) => count > 0).length;
  return Float64Array.from(
    { length: labels.length },
    (_, i) => 1 / (occurring * counts[labels[i]!]!),
  );
}

/**
 * The same number of images from every class that occurs, drawn without replacement: `perClass`, or as
 * many as the smallest class has. Sorted.
 */
export function classBalancedIndices(options: {
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  readonly key: Key;
  readonly perClass?: number;
}): Int32Array {
  const { labels, classes, key } = options;
  const members = Array.from({ length: classes }, (): number[] => []);
  for (let i = 0; i < labels.length; i++) members[labels[i]!]!.push(i);
  const occurring = members.filter((indices) => indices.length > 0);
  const smallest = Math.min(...occurring.map((indices) => indices.length));
  const perClass = Math.min(options.perClass ?? smallest, smallest);
  const chosen = occurring.flatMap((indices, label) =>
    [...permutation(fold(key, "class", label), indices.length).subarray(0, perClass)].map(
      (position) => indices[position]!,
    ),
  );
  return Int32Array.from(chosen).sort();
}
