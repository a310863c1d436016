import { parseConfig } from "@fqgan/registry";
import { expect, it } from "vitest";
import { generatorSchema } from "../config.js";
import { createGenerator } from "../transformer.js";
import { generatorPresets, presetConfig } from "./index.js";

const names = generatorPresets.names();

it.each(names)("%s is a whole config", (name) => {
  parseConfig(generatorSchema, presetConfig(name), name);
});

it("there is a small one of each kind, as large as it says", () => {
  const kinds = ["far", "llamagen", "open-magvit2", "rq-transformer", "vqgan-gpt"];
  expect(names.filter((name) => name.endsWith("-mini"))).toEqual(
    kinds.map((kind) => `${kind}-mini`),
  );
  for (const kind of kinds) {
    const generator = createGenerator(presetConfig(`${kind}-mini`));
    const millions = (generator.parameterCount() / 1e6).toFixed(1);
    generator.dispose();
    expect(generatorPresets.get(`${kind}-mini`).summary).toContain(`${millions} M parameters`);
  }
});
