import { createKey, fold, uniform } from "@fqgan/tensor";
import type { SplitName } from "./dataset.js";

/** Shares of the identities that go to each split. */
export const SPLIT_SHARES: Readonly<Record<SplitName, number>> = {
  train: 0.8,
  validation: 0.1,
  test: 0.1,
};

/**
 * The split of an identity, by a hash of its name alone: adding or removing images never moves others.
 * `salt` separates data sets; it is part of a data set's version.
 */
export function splitOf(identity: string, salt: string): SplitName {
  const draw = uniform(fold(createKey(0), salt, identity), 1)[0]!;
  if (draw < SPLIT_SHARES.train) return "train";
  return draw < SPLIT_SHARES.train + SPLIT_SHARES.validation ? "validation" : "test";
}
