import { UserError } from "@fqgan/registry";
import type { Codes } from "../quantizer.js";
import { CodebookStats } from "./codebook-stats.js";

/** How one codebook's codes of the same images changed between two checkpoints. */
export interface Drift {
  /** Share of positions with another index. */
  readonly changed: number;
  /**
   * Bits of the new code that the old one leaves open, H(after | before) with the Miller–Madow
   * correction: about 0 when codes were only renamed.
   */
  readonly newBits: number;
}

/** Drift of each codebook; both records hold the indices of the same positions. */
export function codeDrift(options: {
  readonly before: Codes<Int32Array>;
  readonly after: Codes<Int32Array>;
  readonly sizes: Readonly<Record<string, number>>;
}): Record<string, Drift> {
  const { before, after, sizes } = options;
  return Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => {
      const [old, now] = [before[name], after[name]];
      if (!old || !now) throw new UserError(`codeDrift: expected indices of "${name}" in both`);
      const stats = new CodebookStats({ before: size, after: size });
      stats.add({ before: old, after: now });
      const { joint, codebooks } = stats.report();
      if (!joint)
        throw new UserError(
          `codeDrift: ${name}: expected at most 2^26 codes, whose pairs can be counted, got ${size}; ` +
            "split them over several codebooks",
        );
      const changed = now.reduce((sum, index, i) => sum + (index === old[i] ? 0 : 1), 0);
      const newBits = joint.millerMadowBits - codebooks.before!.millerMadowBits;
      return [name, { changed: changed / now.length, newBits: Math.max(0, newBits) }];
    }),
  );
}
