import { parseConfig } from "@fqgan/registry";
import { readVariables } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { generatorSchema } from "../config.js";
import { presetConfig } from "../presets/index.js";
import { randomGenerator } from "../testing/tiny.js";
import { createGenerator } from "../transformer.js";
import { exportWeights, importGenerator, isReferenceGenerator } from "./import.js";
import { type Release, weightNames } from "./reference-names.js";

const far = {};
const llamagen = {
  vocabularies: { code: 6 },
  aggregation: { name: "sum" },
  head: { name: "single" },
  keyValueHeads: 1,
};

describe.each([
  ["far", far],
  ["llamagen", llamagen],
] as [Release, object][])("%s", (release, changes) => {
  const generator = randomGenerator(changes);

  it("names every variable once, with its shape", () => {
    const names = weightNames(generator.config, release);
    const shapes = names.map(({ own, shape, transposed }) => [
      own,
      transposed ? [...shape].reverse() : [...shape],
    ]);
    const variables = [...generator.namedVariables()].map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual(Object.fromEntries(variables));
    expect(shapes.length).toBe(variables.length);
  });

  it("goes there and back", async () => {
    const own = await readVariables(generator.namedVariables());
    const there = exportWeights(generator.config, own, release);
    expect([there, own].map((weights) => isReferenceGenerator(Object.keys(weights)))).toEqual([
      true,
      false,
    ]);
    const facts = { grid: [2, 2], heads: 2, codebooks: generator.codebooks } as const;
    const back = importGenerator(there, facts, "checkpoint.pt");
    expect(await readVariables(back.namedVariables())).toEqual(own);
    expect({ ...back.config, feedForwardMultiple: 8 }).toEqual(generator.config);
  });
});

describe("importGenerator", () => {
  it("says what is missing", async () => {
    const generator = randomGenerator();
    const own = await readVariables(generator.namedVariables());
    const { "layers.1.attention.wo.weight": _, ...rest } = exportWeights(
      generator.config,
      own,
      "far",
    );
    const facts = { grid: [2, 2], heads: 2 } as const;
    expect(() => importGenerator(rest, facts, "far.pt")).toThrow(
      "far.pt: these weights belong to another model:\n  missing blocks.1.attention.output.kernel",
    );
    expect(() => importGenerator({}, facts, "far.pt")).toThrow("far.pt: expected");
    const whole = exportWeights(generator.config, own, "far");
    expect(() => importGenerator(whole, { ...facts, codebooks: ["visual"] }, "far.pt")).toThrow(
      "far.pt: expected the names of its 2 codebooks, got visual; take the tokenizer",
    );
  });
});

describe("presets", () => {
  it.each([
    ["far-base", "far", 417_104_896],
    ["far-large", "far", 901_195_520],
    ["llamagen-b", "llamagen", 110_888_448],
    ["llamagen-l", "llamagen", 342_910_976],
    ["llamagen-xl", "llamagen", 774_699_520],
  ] as const)("%s has the released model's weights", (preset, release, count) => {
    const config = parseConfig(generatorSchema, presetConfig(preset), preset);
    const sizes = weightNames(config, release).map(({ shape }) =>
      shape.reduce((product, side) => product * side, 1),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
  });

  it.each([
    ["far-mini", 1_170_176],
    ["llamagen-mini", 870_784],
    ["open-magvit2-mini", 1_026_688],
    ["rq-transformer-mini", 1_268_864],
  ])("%s is as small as it says", (preset, count) => {
    const generator = createGenerator(presetConfig(preset));
    expect(generator.parameterCount()).toBe(count);
    generator.dispose();
  });

  it("far-base with three codebooks is FAR-Triple", () => {
    const vocabularies = { visual: 16384, semanticMid: 16384, semanticHigh: 16384 };
    const config = parseConfig(generatorSchema, presetConfig("far-base", { vocabularies }), "far");
    const sizes = weightNames(config, "far").map(({ shape }) =>
      shape.reduce((product, side) => product * side, 1),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(451_707_904);
  });
});
