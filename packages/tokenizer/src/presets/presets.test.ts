import { createKey, nn } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { parseTokenizerConfig } from "../config.js";
import { createTokenizer, Tokenizer } from "../tokenizer.js";
import { describeFidelity, tokenizerPresetConfig, tokenizerPresets } from "./index.js";

const presets = tokenizerPresets.list();
const minis = presets.filter(({ fidelity }) => fidelity.level === "mini");
const full = presets.filter(({ fidelity }) => fidelity.level !== "mini");

/** Trainable weights, of a model whose values are never drawn. */
function countParameters(name: string): number {
  const config = parseTokenizerConfig(tokenizerPresetConfig(name));
  const tokenizer = nn.withoutInitialValues(() => new Tokenizer(config, createKey(0)));
  const count = tokenizer.parameterCount();
  tokenizer.dispose();
  return count;
}

describe("tokenizer presets", () => {
  it.each(tokenizerPresets.names())("%s is a valid config", (name) => {
    const config = parseTokenizerConfig(tokenizerPresetConfig(name));
    expect(Object.keys(config.codebooks).length).toBeGreaterThan(0);
  });

  it.each(minis.map(({ name }) => name))("%s is small", (name) => {
    const tokenizer = createTokenizer(tokenizerPresetConfig(name));
    expect(tokenizer.config.image.size).toBe(32);
    expect(tokenizer.parameterCount()).toBeGreaterThan(5e5);
    expect(tokenizer.parameterCount()).toBeLessThan(3e6);
  });

  it.each(full.map(({ name, mini }) => [name, mini!]))("%s has a twin, %s", (_, mini) => {
    expect(tokenizerPresets.get(mini).fidelity.level).toBe("mini");
  });

  it("are all full-size ones or somebody's twin", () => {
    const twins = new Set(full.map(({ mini }) => mini));
    expect(minis.map(({ name }) => name).filter((name) => !twins.has(name))).toEqual([]);
  });

  it.each(
    full.flatMap(({ name, parameters }) => (parameters ? [[name, parameters] as const] : [])),
  )("%s has as many weights as the published model, %i", (name, parameters) => {
    expect(countParameters(name)).toBe(parameters);
  });

  it("say how near they are to the models that they are named after", () => {
    const said = (name: string) => describeFidelity(tokenizerPresets.get(name));
    expect(said("fqgan-dual-ds16")).toMatch(/^faithful: .*tests\/parity/);
    expect(said("titok-b-64")).toMatch(/^structure only: draws pixels in one stage/);
    expect(said("vqgan-mini")).toBe("mini");
    expect(said("vila-u-mini")).toMatch(/^mini without its defining ingredient: a text tower/);
  });

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
