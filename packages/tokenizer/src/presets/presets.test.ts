import { readFileSync } from "node:fs";
import { createKey, nn } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { parseTokenizerConfig } from "../config.js";
import { createTokenizer, Tokenizer } from "../tokenizer.js";
import { describeFidelity, tokenizerPresetConfig, tokenizerPresets } from "./index.js";

const presets = tokenizerPresets.list();
const minis = presets.filter(({ fidelity }) => fidelity.level === "mini");
const full = presets.filter(({ fidelity }) => fidelity.level !== "mini");

/** Trainable weights and bits an image, of models whose values are never drawn. */
const facts = Object.fromEntries(
  full.map(({ name }) => {
    const config = parseTokenizerConfig(tokenizerPresetConfig(name));
    const tokenizer = nn.withoutInitialValues(() => new Tokenizer(config, createKey(0)));
    const weights = tokenizer.parameterCount();
    const bits = tokenizer.hasCodes ? `${Math.round(tokenizer.bitsPerImage)}` : "no codes";
    tokenizer.dispose();
    return [name, { weights, bits }] as const;
  }),
);

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
  )("%s has as many weights as the original, %i", (name, parameters) => {
    expect(facts[name]!.weights).toBe(parameters);
  });

  it("are what the README's table says", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const rows = full.map(({ name, reference, mini, ...preset }) => {
      const { weights, bits } = facts[name]!;
      const millions = `${(weights / 1e6).toFixed(1)} M`;
      return `| \`${name}\` | ${reference} | ${millions} | ${bits} | \`${mini}\` | ${describeFidelity(preset)} |`;
    });
    expect(readme.split("\n").filter((line) => line.startsWith("| `"))).toEqual(rows);
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
