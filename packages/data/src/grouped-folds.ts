import { createKey, fold as foldKey, uniform } from "@fqgan/tensor";
import type { SplitName } from "./dataset.js";

/** Splits into this many folds: each group is tested in one of them. */
export const FOLDS = 5;

/** Images that must stay together: drawings of one identity, patches of one photograph. */
export interface Group {
  readonly name: string;
  /** What folds should have alike: its class. */
  readonly stratum: string;
  /** How many images it holds. */
  readonly images: number;
}

/**
 * Deals groups out to folds, the largest first, each to the fold that has fewest images of its stratum (of
 * all, where that is equal). Groups of one size come in the order of a hash of their names.
 *
 * @param salt separates data sets; it is part of a data set's version
 * @returns fold by name
 */
export function dealFolds(
  groups: readonly Group[],
  { folds, salt }: { readonly folds: number; readonly salt: string },
): Map<string, number> {
  const drawn = groups.map((group) => ({
    ...group,
    draw: uniform(foldKey(createKey(0), salt, group.name), 1)[0]!,
  }));
  drawn.sort((a, b) => b.images - a.images || a.draw - b.draw);
  const totals = new Float64Array(folds);
  const byStratum = new Map<string, Float64Array>();
  const dealt = new Map<string, number>();
  for (const { name, stratum, images } of drawn) {
    const own = byStratum.get(stratum) ?? new Float64Array(folds);
    byStratum.set(stratum, own);
    let best = 0;
    for (let f = 1; f < folds; f++)
      if (own[f]! < own[best]! || (own[f] === own[best] && totals[f]! < totals[best]!)) best = f;
    own[best]! += images;
    totals[best]! += images;
    dealt.set(name, best);
  }
  return dealt;
}

/**
 * The split of each group where one fold is tested and the others are trained on. Validation groups are the
 * same in all folds and tested in none, so that settings chosen on them have seen no test image.
 * Names that are no group train.
 */
export function splitOfFold(
  groups: readonly Group[],
  options: {
    readonly fold: number;
    readonly salt: string;
    readonly isValidation: (name: string) => boolean;
  },
): (name: string) => SplitName {
  const { fold, salt, isValidation } = options;
  const rest = groups.filter(({ name }) => !isValidation(name));
  const foldOf = dealFolds(rest, { folds: FOLDS, salt });
  return (name) => {
    if (foldOf.has(name)) return foldOf.get(name) === fold ? "test" : "train";
    return isValidation(name) ? "validation" : "train";
  };
}
