import { defineConfig, type Options } from "tsup";

/** The one build recipe of every package: ESM with types, dependencies left outside. */
export const library = (overrides: Options = {}) =>
  defineConfig({
    entry: ["src/index.ts"],
    format: ["esm"],
    target: "node20",
    dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
    clean: true,
    sourcemap: true,
    ...overrides,
  });
