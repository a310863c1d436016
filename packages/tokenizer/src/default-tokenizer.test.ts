import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { defaultTokenizer } from "./default-tokenizer.js";
import { loadTokenizer } from "./load.js";

it("the default tokenizer is what its card says", async () => {
  const bytes = readFileSync(defaultTokenizer);
  const card = readFileSync(new URL("README.md", defaultTokenizer), "utf8");
  expect(card).toContain(createHash("sha256").update(bytes).digest("hex"));
  expect(card).toContain(`${bytes.length.toLocaleString("en")} bytes`);
  expect(bytes.length).toBeLessThan(4e6);
  const tokenizer = await loadTokenizer(defaultTokenizer);
  expect(tokenizer.config.image.size).toBe(64);
  expect(tokenizer.codebooks).toMatchObject({ visual: { size: 512 }, semantic: { size: 512 } });
  expect(card).toContain(`${tokenizer.bitsPerImage.toLocaleString("en")} bits an image`);
  expect(card).toContain(`${tokenizer.parameterCount().toLocaleString("en")} parameters`);
});
