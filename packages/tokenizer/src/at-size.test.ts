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

  it("resizes the grid of patches beside tokens without a place, which stay", async () => {
    const network = { name: "latent-tokens", patch: 4, channels: 8, layers: 1, heads: 2 };
    const tokens = 3;
    const compact = createTokenizer({
      ...tinyConfig,
      encoder: { ...network, tokens },
      decoder: network,
    });
    const larger = await tokenizerAtSize(compact, 12);
    expect((await larger.encode(images(12))).visual!.shape).toEqual([1, tokens]);
    for (const part of ["encoder", "decoder"]) {
      const [from, to] = [compact, larger].map((model) => {
        const variable = model.namedVariables().get(`${part}.transformer.positionTable`)!;
        const [rows, width] = variable.shape as [number, number];
        const values = variable.dataSync();
        return Array.from({ length: rows }, (_, row) => [
          ...values.subarray(row * width, (row + 1) * width),
        ]);
      }) as [number[][], number[][]];
      expect([from.length, to.length]).toEqual([4 + tokens, 9 + tokens]);
      expect(to.slice(9)).toEqual(from.slice(4));
      // of 3 × 3 positions, the corners are those of 2 × 2 and the centre is their mean
      expect([0, 2, 6, 8].map((row) => to[row])).toEqual(from.slice(0, 4));
      const corners = from.slice(0, 4).map((row) => row[0]!);
      expect(to[4]![0]).toBeCloseTo(corners.reduce((sum, value) => sum + value) / 4, 6);
    }
    await expect(tokenizerAtSize(compact, 10)).rejects.toThrow(
      "expected a multiple of the patch of 4 pixels, got 10",
    );
  });

  it("refuses sizes that its grid doesn't divide", async () => {
    await expect(tokenizerAtSize(tokenizer, 9)).rejects.toThrow("expected a multiple of 2");
  });
});
