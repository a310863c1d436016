import { expect, it } from "vitest";
import type { RunDetail } from "../../../server/api-types.js";
import { differences, groupBySetting } from "./compare.js";

const run = (id: string, label: string, config: object) =>
  ({ id, label, kind: "tokenizer", seed: 0, config: { config } }) as unknown as RunDetail;

it("groups seeds of one setting in the order of the choice", () => {
  const groups = groupBySetting([run("b", "FQ", {}), run("a", "VQ", {}), run("c", "FQ", {})]);
  expect(groups).toEqual([
    { label: "FQ (2 seeds)", runs: ["b", "c"] },
    { label: "VQ", runs: ["a"] },
  ]);
});

it("tells the options that differ, also those that a run does not have", () => {
  const rows = differences([
    run("a", "A", { model: { size: 256, beta: 0.25 }, list: [1, 2] }),
    run("b", "B", { model: { size: 512, beta: 0.25 }, list: [1, 2], extra: null }),
  ]);
  expect(rows).toEqual([
    { path: "model.size", values: ["256", "512"] },
    { path: "extra", values: [undefined, "null"] },
  ]);
});
