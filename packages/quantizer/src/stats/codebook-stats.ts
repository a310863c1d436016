import { parseConfig, UserError } from "@fqgan/registry";
import * as z from "zod";
import { checkIndices, codeCount, placeValues } from "../codes.js";
import type { Codes } from "../quantizer.js";
import { Counts, type EntropyEstimate, estimateEntropy } from "./counts.js";

/** Joint keys are products of indices: exact in float64 up to here. */
const MAX_JOINT = 2 ** 53;

/** How one codebook, or all together, are used. */
export interface Usage extends EntropyEstimate {
  /** The number of codes (of combinations, for all together). */
  readonly size: number;
  /** used / size */
  readonly usage: number;
  /** 2^bits: the number of evenly used codes that would say as much. */
  readonly perplexity: number;
}

/** What two codebooks say about one another. */
export interface MutualInformation {
  readonly between: readonly [string, string];
  /** Bits: H(a) + H(b) - H(a, b) of the sample, too high while there are few positions. */
  readonly bits: number;
  /** Bits, each entropy corrected after Miller and Madow; at least 0. */
  readonly millerMadowBits: number;
}

/** How codes are used, each codebook's and all together. */
export interface CodebookReport {
  readonly positions: number;
  readonly codebooks: Readonly<Record<string, Usage>>;
  /** All codebooks of a position together; left out beyond 2^53 combinations. */
  readonly joint?: Usage;
  /** Of every two codebooks of at most 2^53 combinations. */
  readonly mutualInformation: readonly MutualInformation[];
  readonly bitsPerPosition: {
    /** log2 of the number of combinations: what fixed-length codes take. */
    readonly nominal: number;
    /** What an entropy coder of each codebook by itself takes, on these positions. */
    readonly separately: number;
    /** What an entropy coder of all together takes, on these positions; left out as `joint` is. */
    readonly jointly?: number;
  };
}

const stored = z.strictObject({
  version: z.literal(1),
  codebooks: z.record(z.string(), z.int().positive()),
  /** Counts of each group of codebooks that is counted, as [key, count]. */
  counts: z.record(z.string(), z.array(z.tuple([z.number(), z.number()]))),
});

/** A serialised `CodebookStats`. */
export type StoredCodebookStats = z.output<typeof stored>;

/** Codebooks that are counted together, and the place of each in the key. */
interface Group {
  readonly names: readonly string[];
  readonly places: readonly number[];
  readonly counts: Counts;
}

/**
 * Usage of codebooks over a whole pass through a data set, not a batch: feed it every batch, merge it
 * across shards, then `report()`.
 */
export class CodebookStats {
  readonly #sizes: Readonly<Record<string, number>>;
  /** By the names of their codebooks, joined by "+": each alone, and pairs and all that can be counted. */
  readonly #groups: ReadonlyMap<string, Group>;

  /** sizes: the number of codes of each named codebook. */
  constructor(sizes: Readonly<Record<string, number>>) {
    const names = Object.keys(sizes);
    if (names.length === 0) throw new UserError("CodebookStats: expected a codebook, got none");
    this.#sizes = sizes;
    const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]));
    // Beyond 2^53 combinations keys could not be told apart.
    const joined = [...pairs, names].filter(
      (group) => group.reduce((count, name) => count * sizes[name]!, 1) <= MAX_JOINT,
    );
    const groups = [...names.map((name) => [name]), ...joined];
    this.#groups = new Map(groups.map((group) => [group.join("+"), this.#group(group)]));
  }

  get positions(): number {
    const [first] = this.#groups.values();
    return first!.counts.total;
  }

  /** Counts one batch: indices of any shape, row-major, the same positions for every codebook. */
  add(codes: Codes<Int32Array>): void {
    const lengths = Object.keys(this.#sizes).map((name) => {
      const indices = codes[name];
      if (!indices)
        throw new UserError(
          `CodebookStats: expected indices of "${name}", got ${Object.keys(codes).join(", ")}`,
        );
      checkIndices(`CodebookStats: ${name}`, indices, this.#sizes[name]!);
      return indices.length;
    });
    if (new Set(lengths).size > 1)
      throw new UserError(
        `CodebookStats: expected as many indices of each codebook, got ${lengths.join(", ")}`,
      );
    for (const { names, places, counts } of this.#groups.values())
      for (let row = 0; row < lengths[0]!; row++) {
        let key = 0;
        for (const [i, name] of names.entries()) key += codes[name]![row]! * places[i]!;
        counts.add(key);
      }
  }

  /** Adds what another pass counted. */
  merge(other: CodebookStats): void {
    const [own, theirs] = [this.#sizes, other.#sizes].map((sizes) => JSON.stringify(sizes));
    if (own !== theirs)
      throw new UserError(`CodebookStats: expected statistics of ${own}, got ${theirs}`);
    for (const [name, group] of this.#groups) group.counts.merge(other.#groups.get(name)!.counts);
  }

  /** The codes of one codebook that no position uses. */
  deadCodes(name: string): Int32Array {
    const { counts } = this.#named(name);
    const dead = [];
    for (let index = 0; index < counts.size; index++) if (counts.get(index) === 0) dead.push(index);
    return Int32Array.from(dead);
  }

  /** How often each code of one codebook was used, [size]. */
  histogram(name: string): Float64Array {
    const { counts } = this.#named(name);
    return Float64Array.from({ length: counts.size }, (_, index) => counts.get(index));
  }

  report(): CodebookReport {
    const names = Object.keys(this.#sizes);
    const usages = names.map((name): [string, Usage] => [name, usageOf(this.#named(name).counts)]);
    const codebooks = Object.fromEntries(usages);
    const together = this.#groups.get(names.join("+"));
    const joint = together && usageOf(together.counts);
    const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b] as const));
    return {
      positions: this.positions,
      codebooks,
      ...(joint && { joint }),
      mutualInformation: pairs.flatMap(([a, b]) => this.#mutualInformation(a, b, codebooks) ?? []),
      bitsPerPosition: {
        nominal: names.reduce((sum, name) => sum + Math.log2(this.#sizes[name]!), 0),
        separately: usages.reduce((sum, [, { bits }]) => sum + bits, 0),
        ...(joint && { jointly: joint.bits }),
      },
    };
  }

  toJSON(): StoredCodebookStats {
    const counts = [...this.#groups].map(([name, group]) => [name, [...group.counts.entries()]]);
    return { version: 1, codebooks: { ...this.#sizes }, counts: Object.fromEntries(counts) };
  }

  /** @param where names the source in errors */
  static fromJSON(json: unknown, where: string): CodebookStats {
    const { codebooks, counts } = parseConfig(stored, json, where);
    const stats = new CodebookStats(codebooks);
    for (const [name, { counts: own }] of stats.#groups)
      for (const [key, count] of counts[name] ?? []) own.add(key, count);
    return stats;
  }

  #mutualInformation(
    a: string,
    b: string,
    codebooks: Readonly<Record<string, Usage>>,
  ): MutualInformation | undefined {
    const group = this.#groups.get(`${a}+${b}`);
    if (!group) return undefined;
    const together = estimateEntropy(group.counts);
    const [of, and] = [codebooks[a]!, codebooks[b]!];
    return {
      between: [a, b],
      bits: of.bits + and.bits - together.bits,
      millerMadowBits: Math.max(
        0,
        of.millerMadowBits + and.millerMadowBits - together.millerMadowBits,
      ),
    };
  }

  #group(names: readonly string[]): Group {
    const sizes = names.map((name) => this.#sizes[name]!);
    const size = codeCount(sizes, `CodebookStats: ${names.join(", ")}`, MAX_JOINT);
    return { names, places: placeValues(sizes), counts: new Counts(size) };
  }

  #named(name: string): Group {
    const group = this.#groups.get(name);
    if (group) return group;
    throw new UserError(
      `CodebookStats: expected one of ${Object.keys(this.#sizes).join(", ")}, got "${name}"`,
    );
  }
}

function usageOf(counts: Counts): Usage {
  const entropy = estimateEntropy(counts);
  const { size } = counts;
  return { ...entropy, size, usage: entropy.used / size, perplexity: 2 ** entropy.bits };
}
