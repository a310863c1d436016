import { createKey, fold, randomInteger } from "@fqgan/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodebookStats } from "./codebook-stats.js";
import { codeDrift } from "./drift.js";

const draw = (seed: number, count: number, size: number) =>
  Int32Array.from({ length: count }, (_, i) => randomInteger(fold(createKey(seed), i), size));

const entropyBits = (values: readonly string[]) => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => {
    const p = n / values.length;
    return sum - p * Math.log2(p);
  }, 0);
};

describe("CodebookStats", () => {
  it("reports usage, perplexity and information of a hand-made case", () => {
    const stats = new CodebookStats({ visual: 4, semantic: 2 });
    // The semantic code is half of the visual one: 1 bit of mutual information.
    stats.add({ visual: Int32Array.of(0, 1, 2, 3), semantic: Int32Array.of(0, 0, 1, 1) });
    const { codebooks, joint, mutualInformation, bitsPerPosition, positions } = stats.report();
    expect(positions).toBe(4);
    expect(codebooks.visual).toMatchObject({ used: 4, usage: 1, bits: 2, perplexity: 4 });
    expect(codebooks.semantic).toMatchObject({ used: 2, bits: 1, perplexity: 2 });
    expect(joint).toMatchObject({ size: 8, used: 4, usage: 0.5, bits: 2 });
    expect(mutualInformation).toEqual([
      expect.objectContaining({ between: ["visual", "semantic"], bits: 1 }),
    ]);
    expect(bitsPerPosition).toEqual({ nominal: 3, separately: 3, jointly: 2 });
  });

  it("agrees with the definition on three codebooks, in batches, merged and stored", () => {
    const sizes = { a: 5, b: 7, c: 3 };
    const property = fc.property(fc.nat(1000), fc.integer({ min: 1, max: 60 }), (seed, count) => {
      const codes = {
        a: draw(seed, count, 5),
        b: draw(seed + 1, count, 7),
        c: draw(seed + 2, count, 3),
      };
      const [first, second] = [new CodebookStats(sizes), new CodebookStats(sizes)];
      const slice = (from: number, to: number) => ({
        a: codes.a.slice(from, to),
        b: codes.b.slice(from, to),
        c: codes.c.slice(from, to),
      });
      first.add(slice(0, count >> 1));
      second.add(slice(count >> 1, count));
      first.merge(CodebookStats.fromJSON(JSON.parse(JSON.stringify(second)), "test"));
      const { codebooks, joint, mutualInformation } = first.report();
      const rows = [...codes.a.keys()].map((i) => [codes.a[i], codes.b[i], codes.c[i]]);
      expect(codebooks.b!.bits).toBeCloseTo(entropyBits(rows.map((row) => `${row[1]}`)), 9);
      expect(joint!.bits).toBeCloseTo(entropyBits(rows.map(String)), 9);
      const ac = mutualInformation.find(({ between }) => between.join() === "a,c")!;
      const together = entropyBits(rows.map(([a, , c]) => `${a} ${c}`));
      expect(ac.bits).toBeCloseTo(codebooks.a!.bits + codebooks.c!.bits - together, 9);
    });
    fc.assert(property, { numRuns: 15 });
  });

  it("corrects entropy and mutual information for few positions", () => {
    const stats = new CodebookStats({ a: 32, b: 32 });
    stats.add({ a: draw(1, 2000, 32), b: draw(2, 2000, 32) });
    const { codebooks, mutualInformation } = stats.report();
    expect(Math.abs(codebooks.a!.millerMadowBits - 5)).toBeLessThan(
      Math.abs(codebooks.a!.bits - 5),
    );
    // Independent draws: what the plain estimate finds is its own bias.
    expect(mutualInformation[0]!.bits).toBeGreaterThan(0.2);
    expect(mutualInformation[0]!.millerMadowBits).toBeLessThan(mutualInformation[0]!.bits / 2);
  });

  it("lists dead codes and counts", () => {
    const stats = new CodebookStats({ a: 5 });
    stats.add({ a: Int32Array.of(1, 1, 4) });
    expect(stats.deadCodes("a")).toEqual(Int32Array.of(0, 2, 3));
    expect([...stats.histogram("a")]).toEqual([0, 2, 0, 0, 1]);
  });

  it("keeps joint codes of two codebooks of 2^24 apart", () => {
    const size = 2 ** 24;
    const stats = new CodebookStats({ a: size, b: size });
    stats.add({ a: Int32Array.of(0, 1, 0), b: Int32Array.of(size - 1, size - 1, size - 2) });
    expect(stats.report().joint!.used).toBe(3);
  });

  it("leaves out what float64 cannot count: all of four codebooks of 2^14, two of 2^30", () => {
    const codes = Int32Array.of(0, 1, 2 ** 14 - 1, 1);
    const size = 2 ** 14;
    const levels = new CodebookStats({ a: size, b: size, c: size, d: size });
    levels.add({ a: codes, b: codes, c: codes, d: codes });
    const stored = CodebookStats.fromJSON(JSON.parse(JSON.stringify(levels)), "test");
    for (const stats of [levels, stored]) {
      const { positions, codebooks, joint, mutualInformation, bitsPerPosition } = stats.report();
      expect(positions).toBe(4);
      expect(codebooks.d).toMatchObject({ used: 3, bits: 1.5 });
      expect(mutualInformation.map(({ bits }) => bits)).toEqual(new Array(6).fill(1.5));
      expect(joint).toBeUndefined();
      expect(bitsPerPosition).toEqual({ nominal: 56, separately: 6 });
    }
    const huge = new CodebookStats({ a: 2 ** 30, b: 2 ** 30 });
    huge.add({ a: codes, b: codes });
    expect(huge.report()).toMatchObject({ positions: 4, mutualInformation: [] });
    expect(huge.report().joint).toBeUndefined();
  });

  it("refuses bad input by name", () => {
    const stats = new CodebookStats({ a: 4, b: 4 });
    const zeros = Int32Array.of(0, 0);
    expect(() => stats.add({ a: zeros })).toThrow('expected indices of "b", got a');
    expect(() => stats.add({ a: zeros, b: Int32Array.of(0, 4) })).toThrow("got 4 at 1");
    expect(() => stats.add({ a: zeros, b: Int32Array.of(0) })).toThrow("as many indices");
    expect(() => stats.merge(new CodebookStats({ a: 4 }))).toThrow("expected statistics of");
    expect(() => stats.deadCodes("c")).toThrow('expected one of a, b, got "c"');
  });
});

describe("codeDrift", () => {
  it("tells renamed codes from new ones", () => {
    const before = { a: draw(1, 3000, 8) };
    const renamed = { a: before.a.map((index) => (index + 3) % 8) };
    const fresh = { a: draw(2, 3000, 8) };
    const sizes = { a: 8 };
    expect(codeDrift({ before, after: before, sizes }).a).toEqual({ changed: 0, newBits: 0 });
    const moved = codeDrift({ before, after: renamed, sizes }).a!;
    expect(moved).toEqual({ changed: 1, newBits: expect.closeTo(0, 2) });
    expect(codeDrift({ before, after: fresh, sizes }).a!.newBits).toBeCloseTo(3, 1);
    expect(() => codeDrift({ before, after: fresh, sizes: { a: 2 ** 27 } })).toThrow(
      "a: expected at most 2^26 codes",
    );
  });
});
