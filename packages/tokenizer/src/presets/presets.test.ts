import { describe, expect, it } from "vitest";
import { parseTokenizerConfig } from "../config.js";
import { createTokenizer } from "../tokenizer.js";
import { tokenizerPresetConfig, tokenizerPresets } from "./index.js";

describe("tokenizer presets", () => {
  it.each(tokenizerPresets.names())("%s is a valid config", (name) => {
    const config = parseTokenizerConfig(tokenizerPresetConfig(name));
    expect(Object.keys(config.codebooks).length).toBeGreaterThan(0);
  });

  it.each(tokenizerPresets.names().filter((name) => name.endsWith("mini")))(
    "%s is small",
    (name) => {
      const count = createTokenizer(tokenizerPresetConfig(name)).parameterCount();
      expect(count).toBeGreaterThan(5e5);
      expect(count).toBeLessThan(3e6);
    },
  );

  it("orders codebooks as the decoder's channels are", () => {
    const { codebooks } = tokenizerPresetConfig("fqgan-triple-ds8");
    expect(Object.keys(codebooks)).toEqual(["visual", "semanticMid", "semanticHigh"]);
  });

  it("takes changes, and suggests names", () => {
    expect(tokenizerPresetConfig("vqgan", { image: { size: 64 } }).image).toEqual({ size: 64 });
    expect(() => tokenizerPresetConfig("fqgan-dual-min")).toThrow(
      'did you mean "fqgan-dual-mini"?',
    );
  });
});
