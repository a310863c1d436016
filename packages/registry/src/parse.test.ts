import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseConfig, UserError } from "./index.js";

const schema = z.strictObject({
  size: z.int().min(8).default(64),
  train: z
    .strictObject({ learningRate: z.number().positive(), steps: z.int().default(10) })
    .optional(),
  codebooks: z
    .record(z.string(), z.strictObject({ size: z.int(), dimensions: z.int().default(8) }))
    .default({}),
  stages: z.array(z.strictObject({ kind: z.enum(["tokenizer", "generator"]) })).default([]),
});

const messageOf = (data: unknown) => {
  try {
    parseConfig(schema, data, "run.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  }
  throw new Error("expected a refusal");
};

describe("parseConfig", () => {
  it("fills in defaults at every level", () => {
    expect(parseConfig(schema, { codebooks: { visual: { size: 16 } } }, "x")).toEqual({
      size: 64,
      codebooks: { visual: { size: 16, dimensions: 8 } },
      stages: [],
    });
  });

  it("names an unknown key, the nearest known one and all others", () => {
    expect(messageOf({ sise: 32 })).toBe(
      "run.yaml: sise: unknown key; did you mean size? (known: size, train, codebooks, stages)",
    );
    expect(messageOf({ zzzzzzzzzz: 1 })).toBe(
      "run.yaml: zzzzzzzzzz: unknown key; remove it (known: size, train, codebooks, stages)",
    );
  });

  it("finds the known keys through optionals, defaults, records and arrays", () => {
    expect(messageOf({ train: { learningRate: 1, step: 3 } })).toBe(
      "run.yaml: train.step: unknown key; did you mean steps? (known: learningRate, steps)",
    );
    expect(messageOf({ codebooks: { visual: { size: 1, dimension: 3 } } })).toMatch(
      /codebooks\.visual\.dimension: unknown key; did you mean dimensions\?/,
    );
    expect(messageOf({ stages: [{ kind: "tokenizer", kindd: 1 }] })).toMatch(
      /stages\.0\.kindd: unknown key; did you mean kind\?/,
    );
  });

  it("names every wrong path in one error", () => {
    const lines = messageOf({ size: 4, train: { learningRate: "fast" }, stages: [{ kind: "x" }] })
      .split("\n")
      .map((line) => line.trim());
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^run\.yaml: size: .*8/);
    expect(lines[1]).toMatch(/^train\.learningRate: .*number.*string/);
    expect(lines[2]).toMatch(/^stages\.0\.kind: .*"tokenizer"\|"generator"/);
  });

  it("says where nothing at all fits", () => {
    expect(messageOf("text")).toMatch(/^run\.yaml: \(top level\): .*object.*string/);
    expect(messageOf(undefined)).toMatch(/^run\.yaml: \(top level\): /);
  });

  it("names two unknown keys of one object apart", () => {
    expect(messageOf({ a: 1, b: 2 }).split("\n")).toHaveLength(2);
  });
});
