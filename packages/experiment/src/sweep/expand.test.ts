import { expect, it } from "vitest";
import { mergePatch } from "../schema/merge.js";
import { expandSweep } from "./expand.js";
import { parseOverrides } from "./overrides.js";
import { type SweepFileInput, sweepFileSchema } from "./sweep-file.js";

const expand = (
  input: Partial<SweepFileInput>,
  options: { variant?: string; set?: string[] } = {},
) => {
  const file = sweepFileSchema.parse({ name: "test", base: {}, ...input });
  return expandSweep(file, {
    base: { steps: 100, quantizer: { name: "vq", size: 8, beta: 0.25 }, generator: { width: 4 } },
    overrides: parseOverrides(options.set ?? []),
    ...(options.variant !== undefined && { variant: options.variant }),
  });
};

it("makes every combination, in the file's order, for every seed", () => {
  const points = expand({
    axes: {
      tokenizer: { "VQ 8": {}, "VQ 16": { "quantizer.size": 16 } },
      steps: [10, 20],
    },
    seeds: [0, 1],
  });
  expect(points.map(({ axes, seed }) => `${axes.tokenizer} ${axes.steps} ${seed}`)).toEqual([
    "VQ 8 10 0",
    "VQ 8 10 1",
    "VQ 8 20 0",
    "VQ 8 20 1",
    "VQ 16 10 0",
    "VQ 16 10 1",
    "VQ 16 20 0",
    "VQ 16 20 1",
  ]);
  expect(points[7]!.config).toEqual({
    steps: 20,
    quantizer: { name: "vq", size: 16, beta: 0.25 },
    generator: { width: 4 },
  });
});

it("gives points seeds of their own", () => {
  const fold = { "fold 0": {}, "fold 1": { fold: 1, seedOffset: 2 } };
  const points = expand({ axes: { fold }, seeds: [4, 5] });
  expect(points.map(({ seed }) => seed)).toEqual([4, 5, 6, 7]);
  expect(points.every(({ config }) => !("seedOffset" in config))).toBe(true);
  expect(() =>
    expand({ base: {}, axes: { fold }, seeds: [0] }, { set: ["seedOffset=-1"] }),
  ).toThrow(/test: seedOffset: /);
});

it("leaves out what matches all axes of an exclusion", () => {
  const points = expand({
    axes: { a: { x: {}, y: {} }, b: { p: {}, q: {}, r: {} } },
    exclude: [{ a: "x", b: ["p", "q"] }],
  });
  expect(points.map(({ axes }) => axes.a! + axes.b!)).toEqual(["xr", "yp", "yq", "yr"]);
});

it("refuses an exclusion or a table that names nothing", () => {
  const axes = { tokenizer: { small: {}, large: {} } };
  expect(() => expand({ axes, exclude: [{ tokeniser: "small" }] })).toThrow(
    /exclude\.0: unknown axis "tokeniser"; did you mean "tokenizer"\?/,
  );
  expect(() => expand({ axes, exclude: [{ tokenizer: "smal" }] })).toThrow(
    /did you mean "small"\?/,
  );
  const table = { name: "t", title: "T", rows: "heads", columns: ["rfid"] };
  expect(() => expand({ axes, tables: [table] })).toThrow(/table t, rows: unknown axis "heads"/);
});

it("applies axis, then variant, then --set", () => {
  const input: Partial<SweepFileInput> = {
    axes: { size: { large: { steps: 1000 } } },
    variants: { quick: { steps: 5, "quantizer.size": 4 } },
  };
  expect(expand(input)[0]!.config.steps).toBe(1000);
  expect(expand(input, { variant: "quick" })[0]!.config).toMatchObject({ steps: 5 });
  expect(expand(input, { variant: "quick", set: ["steps=7"] })[0]!.config).toMatchObject({
    steps: 7,
  });
  expect(() => expand(input, { variant: "quik" })).toThrow(/no variant "quik"; known: quick/);
});

it("replaces a strategy with another name as a whole, and removes with null", () => {
  expect(mergePatch({ q: { name: "vq", beta: 1 } }, { q: { name: "fsq", levels: [8] } })).toEqual({
    q: { name: "fsq", levels: [8] },
  });
  expect(mergePatch({ q: { name: "vq", beta: 1 } }, { q: { beta: 2 } })).toEqual({
    q: { name: "vq", beta: 2 },
  });
  expect(mergePatch({ a: { b: 1, c: 2 } }, { a: { b: null } })).toEqual({ a: { c: 2 } });
  // A point's config is itself laid over presets, so what it removes stays in it as null.
  expect(expand({}, { set: ["generator=null"] })[0]!.config).toMatchObject({ generator: null });
});

it("reads --set values as YAML and refuses what has no path", () => {
  expect(parseOverrides(["a.b=2", "a.c=[1, x]", "d=true", "e={ name: vq }"])).toEqual({
    a: { b: 2, c: [1, "x"] },
    d: true,
    e: { name: "vq" },
  });
  expect(() => parseOverrides(["steps"])).toThrow(/expected path=value/);
  expect(() => parseOverrides(["a..b=1"])).toThrow(/joined by single dots/);
});
