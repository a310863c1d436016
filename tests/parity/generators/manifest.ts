import { referenceConfig, releaseOf, weightNames } from "@fqgan/ar-generator";
import type { Check } from "../parity-case.js";

/** The keys and shapes of a released model's weights. */
export interface Manifest {
  readonly param_count: number;
  readonly entries: readonly { readonly key: string; readonly shape: readonly number[] }[];
}

export const isGenerator = ({ entries }: Manifest): boolean =>
  entries.some(({ key }) => key.startsWith("cls_embedding."));

/** Every key with its shape, in order, and the count of parameters. */
export function checkGeneratorManifest({ entries, param_count }: Manifest): Check[] {
  const shapes = Object.fromEntries(entries.map(({ key, shape }) => [key, { shape }]));
  const names = weightNames(referenceConfig(shapes, {}, "manifest"), releaseOf(shapes));
  const own = names.map(({ reference, shape }) => `${reference} [${shape}]`);
  const golden = entries.map(({ key, shape }) => `${key} [${shape}]`);
  const count = names.reduce((sum, { shape }) => sum + shape.reduce((n, side) => n * side, 1), 0);
  const differing = golden.filter((entry, i) => entry !== own[i]).length;
  return [
    { name: "keys and shapes that differ", error: differing, tolerance: 0 },
    { name: "keys too many", error: Math.abs(own.length - golden.length), tolerance: 0 },
    { name: "parameters", error: Math.abs(count - param_count), tolerance: 0 },
  ];
}
