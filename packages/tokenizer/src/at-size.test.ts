import { createKey, hostTensor, uniform } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { tokenizerAtSize } from "./at-size.js";
import { tokenizerHash } from "./hash.js";
import { tinyConfig } from "./testing/tiny.js";
import { createTokenizer } from "./tokenizer.js";

const tokenizer = createTokenizer(tinyConfig, 2);
const images = (size: number) =>
  hostTensor(
    uniform(createKey(1), size * size * 3).map((u) => 2 * u - 1),
    [1, size, size, 3],
  );

describe("tokenizerAtSize", () => {
  it("changes nothing at the same size", async () => {
    const same = await tokenizerAtSize(tokenizer, 8);
    expect(await tokenizerHash(same)).toBe(await tokenizerHash(tokenizer));
  });

  it("takes other sizes: positions between their neighbours, everything else as it was", async () => {
    const larger = await tokenizerAtSize(tokenizer, 16);
    const codes = await larger.encode(images(16));
    expect(codes.visual!.shape).toEqual([1, 64]);
    expect((await larger.reconstruct(images(16))).shape).toEqual([1, 16, 16, 3]);
    const [from, to] = [tokenizer, larger].map((model) => {
      const variable = model.namedVariables().get("branches.visual.adapter.positionTable")!;
      const [rows, width] = variable.shape as [number, number];
      return { rows, width, values: variable.dataSync() };
    });
    expect([from!.rows, to!.rows]).toEqual([16, 64]);
    // corners stay, what lies between is between
    expect(to!.values[0]).toBe(from!.values[0]);
    expect(Math.max(...to!.values)).toBeLessThanOrEqual(Math.max(...from!.values));
    // the second position lies a quarter of the way from the first to the second of before
    const { values, width } = from!;
    expect(to!.values[width]).toBeCloseTo(0.75 * values[0]! + 0.25 * values[width]!, 6);
  });

  it("refuses sizes that its grid doesn't divide", async () => {
    await expect(tokenizerAtSize(tokenizer, 9)).rejects.toThrow("expected a multiple of 2");
  });
});
