import { createKey } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createComposition } from "../compose/registry.js";
import { contender, contendersOfBits } from "./contenders.js";

describe("contenders", () => {
  it.each([4, 9, 12])("have about %i bits each", (bits) => {
    const contenders = contendersOfBits({ bits, dimensions: 5 });
    expect(Object.keys(contenders)).toEqual(
      expect.arrayContaining(["vq", "ema-vq", "lfq", "fsq", "product", "residual"]),
    );
    for (const config of Object.values(contenders)) {
      const { codebooks } = createComposition(config, createKey(0));
      const nominal = Object.values(codebooks).reduce((sum, { size }) => sum + Math.log2(size), 0);
      expect(Math.abs(nominal - bits)).toBeLessThanOrEqual(1);
    }
  });

  it("are meant by name or config, of a quantizer or a composition", () => {
    const known = contendersOfBits({ bits: 4, dimensions: 2 });
    expect(contender("fsq", known)).toEqual({ label: "fsq", config: known.fsq });
    expect(contender({ name: "vq", size: 8 }, known)).toEqual({
      label: "vq {size:8}",
      config: { name: "single", quantizer: { name: "vq", size: 8 } },
    });
    const residual = { name: "residual", quantizer: { name: "vq", size: 8 }, levels: 2 };
    expect(contender(residual, known).config).toBe(residual);
    expect(() => contender("fsqq", known)).toThrow(/expected one of .*fsq.*got "fsqq"/);
  });
});
