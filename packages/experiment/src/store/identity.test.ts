import { expect, it } from "vitest";
import { canonicalJson, runId, type StageIdentity, slugify } from "./identity.js";

const identity: StageIdentity = {
  kind: "tokenizer",
  revision: 1,
  config: { model: { codebooks: { visual: { size: 256 } } }, steps: 10 },
  seed: 0,
  inputs: {},
};

it("gives the id that existing run folders have", () => {
  expect(runId("tokenizer VQ 256", identity)).toBe("tokenizer-vq-256-dd0b8a3f84");
});

it("does not depend on the order of keys, but on every value", () => {
  const reordered = {
    ...identity,
    config: { steps: 10, model: { codebooks: { visual: { size: 256 } } } },
  };
  expect(runId("a", reordered)).toBe(runId("a", identity));
  const others = [
    { ...identity, seed: 1 },
    { ...identity, revision: 2 },
    { ...identity, kind: "codes" as const },
    { ...identity, inputs: { tokenizer: "x" } },
    { ...identity, order: ["visual"] },
    { ...identity, config: { ...(identity.config as object), steps: 11 } },
  ].map((other) => runId("a", other));
  expect(new Set([runId("a", identity), ...others]).size).toBe(7);
});

it("keeps the order of arrays and drops undefined members", () => {
  expect(canonicalJson({ b: [2, 1], a: undefined })).toBe('{"b":[2,1]}');
});

it("makes names that are safe in paths", () => {
  expect(slugify("FQ 256 × 2 + both / ../x")).toBe("fq-256x2-both-x");
});
