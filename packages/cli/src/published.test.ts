import { describe, expect, it } from "vitest";
import { judge, PUBLISHED_IMAGES, publishedTokenizer, publishedTokenizers } from "./published.js";

const dual = publishedTokenizers[0]!;
const facts = {
  model: "FQGAN-Dual",
  imageSize: 256,
  grid: [16, 16] as const,
  codebooks: { visual: 16384, semantic: 16384 },
  bitsPerImage: 7168,
  parameters: 111_294_355,
};

describe("publishedTokenizer", () => {
  it("knows the released ones by their structure", () => {
    expect(publishedTokenizer(facts, "a.pt")).toBe(dual);
    const eight = { ...facts, grid: [32, 32] as const, parameters: 110_307_219 };
    expect(publishedTokenizer(eight, "a.pt")).toMatchObject({ factor: 8, rfid: 0.32 });
  });

  it("refuses others", () => {
    for (const change of [{ parameters: 5 }, { imageSize: 64 }, { model: null }])
      expect(() => publishedTokenizer({ ...facts, ...change }, "a.pt")).toThrow(
        "a.pt: expected the weights of a published tokenizer (FQGAN-Dual 16×",
      );
  });
});

describe("judge", () => {
  const verdicts = (measured: { rfid?: number; psnr?: number }, images = PUBLISHED_IMAGES) =>
    judge(dual, measured, images).map(({ verdict }) => verdict);

  it("compares with what the paper prints", () => {
    expect(verdicts({ rfid: 0.95, psnr: 22.0 })).toEqual(["agrees", "agrees"]);
    expect(verdicts({ rfid: 1.1, psnr: 21.5 })).toEqual(["differs", "differs"]);
  });

  it("judges nothing by fewer images, nor what was not measured", () => {
    expect(verdicts({ rfid: 0.94, psnr: 22.02 }, 49_999)).toEqual(["not judged", "not judged"]);
    expect(verdicts({ psnr: 22.02 })).toEqual(["not judged", "agrees"]);
  });
});
