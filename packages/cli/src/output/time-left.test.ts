import { expect, it } from "vitest";
import { estimateTotal, type WorkItem } from "./time-left.js";

const item = (values: Partial<WorkItem>): WorkItem => ({
  kind: "tokenizer",
  work: 100,
  state: "waiting",
  fraction: 0,
  secondsLeft: null,
  ...values,
});

it("knows nothing before anything has run", () => {
  expect(estimateTotal([item({})], { parallel: 1, nowMs: 0 })).toBeNull();
});

it("expects waiting stages to take what their kind has taken", () => {
  const items = [
    item({ state: "ended", startedMs: 0, endedMs: 10_000 }),
    item({ state: "running", startedMs: 10_000, fraction: 0.5 }),
    item({ work: 200 }),
  ];
  const total = estimateTotal(items, { parallel: 1, nowMs: 15_000 })!;
  expect(total.secondsLeft).toBeCloseTo(5 + 20);
  expect(total.fraction).toBeCloseTo(15 / 40);
  expect(estimateTotal(items, { parallel: 2, nowMs: 15_000 })!.secondsLeft).toBeCloseTo(12.5);
});

it("takes another kind's pace for one that has not run yet, and counts stages done before as no work", () => {
  const items = [
    item({ state: "ended", work: 0 }),
    item({ state: "ended", startedMs: 0, endedMs: 10_000 }),
    item({ kind: "generator", work: 50 }),
  ];
  expect(estimateTotal(items, { parallel: 1, nowMs: 10_000 })!.secondsLeft).toBeCloseTo(5);
});
