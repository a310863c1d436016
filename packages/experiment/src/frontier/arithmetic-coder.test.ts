import fc from "fast-check";
import { expect, it } from "vitest";
import {
  ArithmeticDecoder,
  ArithmeticEncoder,
  cumulativeFrequencies,
  TOTAL,
} from "./arithmetic-coder.js";

it("gives back what was written, whatever the distributions", () => {
  const symbol = fc
    .array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 40 })
    .chain((logits) => fc.tuple(fc.constant(logits), fc.nat(logits.length - 1)));
  fc.assert(
    fc.property(fc.array(symbol, { maxLength: 200 }), (symbols) => {
      const encoder = new ArithmeticEncoder();
      for (const [logits, chosen] of symbols) encoder.encode(chosen, cumulativeFrequencies(logits));
      const decoder = new ArithmeticDecoder(encoder.finish());
      const read = symbols.map(([logits]) => decoder.decode(cumulativeFrequencies(logits)));
      expect(read).toEqual(symbols.map(([, chosen]) => chosen));
    }),
    { numRuns: 200 },
  );
});

it("needs as many bits as the probabilities say, and a byte", () => {
  const logits = Float32Array.from([3, 1, 0, -2]);
  const weights = Array.from(logits, Math.exp);
  const sum = weights.reduce((a, b) => a + b);
  const encoder = new ArithmeticEncoder();
  let bits = 0;
  for (let i = 0; i < 5000; i++) {
    const symbol = [0, 0, 0, 1, 0, 2, 0, 0, 1, 3][i % 10]!;
    encoder.encode(symbol, cumulativeFrequencies(logits));
    bits -= Math.log2(weights[symbol]! / sum);
  }
  const size = 8 * encoder.finish().length;
  expect(size).toBeGreaterThan(bits - 1);
  expect(size).toBeLessThan(bits + 16);
});

it("leaves every symbol a share, of any number of symbols", () => {
  const cumulative = cumulativeFrequencies(
    Float32Array.from({ length: 16_384 }, (_, i) => (i === 7 ? 80 : -80)),
  );
  expect(cumulative.at(-1)).toBe(TOTAL);
  const shares = cumulative.slice(1).map((end, i) => end - cumulative[i]!);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(1);
});
