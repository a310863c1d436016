import { createKey, hostTensor, type Tensor1D, tf } from "@fqgan/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkFinite,
  checkIndices,
  codeCount,
  joinIndices,
  MAX_CODES,
  packDigits,
  packIndex,
  splitIndices,
  unpackDigits,
  unpackIndex,
} from "./codes.js";
import { createQuantizer } from "./registry.js";
import { runInTest, testedEngines, useEngine } from "./testing/run-in-test.js";

const radices = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

describe("index arithmetic", () => {
  it("unpacks what it packs, on the host and in programs, in both orders", () => {
    const property = fc.property(radices, fc.nat(), (sizes, n) => {
      const index = n % codeCount(sizes, "test");
      const digits = unpackIndex(index, sizes);
      expect(packIndex(digits, sizes)).toBe(index);
      const packed = packDigits(tf.tensor2d([digits], undefined, "int32"), sizes);
      expect([...packed.dataSync()]).toEqual([index]);
      for (const order of ["first-fastest", "last-fastest"] as const) {
        const unpacked = unpackDigits(tf.tensor1d([index], "int32"), sizes, order);
        expect([...packDigits(unpacked, sizes, order).dataSync()]).toEqual([index]);
      }
    });
    fc.assert(property, { numRuns: 50 });
  });

  it.each(testedEngines)("is exact at the last of 2^31 codes on %s", async (engine) => {
    await useEngine(engine);
    const bits = Array.from({ length: 31 }, () => 2);
    const last = Int32Array.of(MAX_CODES - 1, MAX_CODES - 2, 2 ** 24 + 1);
    const { digits, packed } = await runInTest({ last: hostTensor(last) }, (fed) => {
      const unpacked = unpackDigits(fed.last as Tensor1D, bits);
      return { digits: unpacked, packed: packDigits(unpacked, bits) };
    });
    expect(packed.data).toEqual(last);
    expect([...digits.data].filter((digit) => digit === 0)).toHaveLength(1 + 29);
  });

  it.each(testedEngines)(
    "is exact for lfq of 31 bits and fsq of 1000³ codes on %s",
    async (engine) => {
      await useEngine(engine);
      const lfq = createQuantizer({ name: "lfq", bits: 31 }, createKey(0));
      const fsq = createQuantizer({ name: "fsq", levels: [1000, 1000, 1000] }, createKey(0));
      const indices = Int32Array.of(0, 10 ** 9 - 1, 2 ** 24 + 1, 2 ** 29 + 1);
      const { again, codes } = await runInTest({ indices: hostTensor(indices) }, (fed) => {
        const signs = lfq.lookup(fed.indices as Tensor1D);
        return {
          again: lfq.quantize(signs, { training: false }).indices,
          codes: fsq.lookup(fed.indices as Tensor1D),
        };
      });
      expect(again.data).toEqual(indices);
      const digits = Array.from(codes.data, (code) => Math.round(code * 500) + 500);
      const packed = [0, 1, 2, 3].map((row) =>
        packIndex(digits.slice(3 * row, 3 * row + 3), [1000, 1000, 1000]),
      );
      expect(packed).toEqual([...indices]);
    },
  );

  it("refuses more codes than an index can tell apart, and sizes that are no sizes", () => {
    expect(() => codeCount([2 ** 16, 2 ** 16], "levels")).toThrow(
      "levels: expected at most 2^31 codes, got 65536·65536; split them over several codebooks",
    );
    expect(() => codeCount([4, 0], "levels")).toThrow(
      "levels: expected sizes of at least 1, got 0",
    );
    expect(codeCount([2 ** 16, 2 ** 15], "levels")).toBe(MAX_CODES);
  });

  it("splits a 2^18 code into 2^6 × 2^12 sub-tokens and back", () => {
    const sizes = { low: 2 ** 6, high: 2 ** 12 };
    const indices = Int32Array.of(0, 63, 64, 2 ** 18 - 1, 12_345);
    const parts = splitIndices(indices, sizes);
    expect(parts.low).toEqual(Int32Array.of(0, 63, 0, 63, 12_345 % 64));
    expect(parts.high).toEqual(Int32Array.of(0, 0, 1, 4095, Math.floor(12_345 / 64)));
    expect(joinIndices(parts, sizes)).toEqual(indices);
    expect(() => splitIndices(Int32Array.of(2 ** 18), sizes)).toThrow(
      "splitIndices: expected indices in [0, 262144), got 262144 at 0",
    );
  });

  it("names the first bad value", () => {
    expect(() => checkIndices("codes", Int32Array.of(1, -1), 4)).toThrow("got -1 at 1");
    expect(() => checkFinite("z", Float32Array.of(0, Number.NaN))).toThrow("got NaN at 1");
    expect(() => checkFinite("z", Float32Array.of(1, 2))).not.toThrow();
  });
});
