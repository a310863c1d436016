import { readFileSync } from "node:fs";
import { createKey, nn } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { parseTokenizerConfig } from "../config.js";
import { Tokenizer } from "../tokenizer.js";
import { describeFidelity, tokenizerPresetConfig, tokenizerPresets } from "./index.js";

/** A full-size preset as a row of the README's table. */
function row({
  name,
  reference,
  mini,
  ...preset
}: ReturnType<typeof tokenizerPresets.get>): string {
  const config = parseTokenizerConfig(tokenizerPresetConfig(name));
  const tokenizer = nn.withoutInitialValues(() => new Tokenizer(config, createKey(0)));
  const weights = `${(tokenizer.parameterCount() / 1e6).toFixed(1)} M`;
  const bits = tokenizer.hasCodes ? `${Math.round(tokenizer.bitsPerImage)}` : "no codes";
  tokenizer.dispose();
  return `| \`${name}\` | ${reference} | ${weights} | ${bits} | \`${mini}\` | ${describeFidelity(preset)} |`;
}

it("the README's table of presets is what they are", { timeout: 300_000 }, () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const full = tokenizerPresets.list().filter(({ fidelity }) => fidelity.level !== "mini");
  const rows = full.map(row);
  expect(readme.split("\n").filter((line) => line.startsWith("| `"))).toEqual(rows);
});
