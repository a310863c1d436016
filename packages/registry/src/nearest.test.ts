import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.js";

describe("nearest", () => {
  it.each([
    ["sise", ["seed", "size", "steps"], "size"],
    ["learning_rate", ["learningRate", "loss"], "learningRate"],
    ["FQ", ["vq", "fq", "lfq"], "fq"],
    ["fqs", ["fsq", "vq"], "fsq"],
  ])("finds %s among %j: %s", (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it("finds nothing that is far, or among nothing", () => {
    expect(nearest("codebook", ["size", "seed"])).toBeUndefined();
    expect(nearest("size", [])).toBeUndefined();
    expect(nearest("", ["seed"])).toBeUndefined();
    expect(nearest("xyz", ["vq", "fq"])).toBeUndefined();
  });

  it("prefers the first of equally near ones", () => {
    expect(nearest("bat", ["cat", "hat"])).toBe("cat");
  });
});
