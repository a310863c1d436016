import type { Codes } from "@fqgan/quantizer";
import type { Tensor } from "@fqgan/tensor";
import type { Logits } from "./heads/index.js";
import type { KvCache } from "./kv-cache.js";
import type { Generator } from "./transformer.js";

/**
 * The programs that decode positions of `rows` sequences in lockstep: one runs the trunk over one new
 * position and the head's first stage, one more runs each later stage. All read and move the caches.
 */
export interface DecodingPrograms {
  readonly caches: { readonly trunk: KvCache; readonly head: KvCache };
  /**
   * @param position int32 [1], positions come one after another from 0
   * @param labels int32 [rows]
   * @param previous int32 [rows] each: the sub-codes of the position before; not read at position 0
   * @returns context [rows, C], logits [rows, size] of the first stage's codebooks
   */
  first(input: { readonly position: Tensor; readonly labels: Tensor; readonly previous: Codes }): {
    context: Tensor;
    logits: Logits;
  };
  /** Of each stage after the first, in order; drawn: int32 [rows] for every codebook of earlier stages. */
  readonly later: readonly ((given: { readonly context: Tensor; readonly drawn: Codes }) => {
    logits: Logits;
  })[];
}

/** The caches are the caller's, to be disposed of. */
export function decodingPrograms(generator: Generator, rows: number): DecodingPrograms {
  const { head } = generator;
  const caches = { trunk: generator.createCache(rows), head: head.createCache(rows) };
  return {
    caches,
    first(input) {
      const context = generator.decode({ ...input, cache: caches.trunk });
      return { context, logits: head.stage(0, { context, drawn: {}, cache: caches.head }) };
    },
    later: head.stages.slice(1).map((_, i) => (given) => ({
      logits: head.stage(i + 1, { ...given, cache: caches.head }),
    })),
  };
}
