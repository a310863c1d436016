import { describe, expect, it } from "vitest";
import type { RunRow } from "../../../server/api-types.js";
import { commonMetrics, groupRuns, matches } from "./run-table.js";

const run = (more: Partial<RunRow>): RunRow => ({
  id: "tokenizer-vq-1",
  label: "VQ 256",
  kind: "tokenizer",
  status: "done",
  seed: 0,
  createdMs: 0,
  updatedMs: 0,
  summary: {},
  ...more,
});

describe("matches", () => {
  const vq = run({ seed: 3, summary: { "test/fid": 39.4, "test/psnr": 20 } });
  it.each([
    ["", true],
    ["vq done", true],
    ["vq failed", false],
    ["seed3", true],
    ["fid<40", true],
    ["fid<39.4", false],
    ["fid<=39.4", true],
    ["psnr>=20 256", true],
    ["psnr>20", false],
    ["recall>0", false],
  ])("%s → %s", (filter, expected) => expect(matches(vq, filter)).toBe(expected));
});

describe("groupRuns", () => {
  it("gives one row a setting with means and sample standard deviations", () => {
    const rows = groupRuns([
      run({ id: "a", seed: 0, summary: { fid: 30 } }),
      run({ id: "b", seed: 1, summary: { fid: 34 } }),
      run({ id: "c", label: "VQ 512", summary: { fid: 20 } }),
    ]);
    expect(rows.map(({ label }) => label)).toEqual(["VQ 256", "VQ 512"]);
    expect(rows[0]).toMatchObject({ summary: { fid: 32 }, seeds: [0, 1] });
    expect(rows[0]!.deviation!.fid).toBeCloseTo(Math.sqrt(8), 12);
    expect(rows[1]!.deviation).toBeUndefined();
  });

  it("averages over the seeds that have a result", () => {
    const [row] = groupRuns([
      run({ id: "a", seed: 0, summary: { fid: 30 } }),
      run({ id: "b", seed: 1, status: "running" }),
    ]);
    expect(row!.summary).toEqual({ fid: 30 });
    expect(row!.deviation).toEqual({});
  });
});

describe("commonMetrics", () => {
  it("takes every kind of run in turn, distances first and plain facts last", () => {
    const names = commonMetrics([
      run({ summary: { "test/psnr": 1, "test/visual.usage": 1, "test/fid": 1, bitsPerImage: 1 } }),
      run({ kind: "generator", summary: { "samples/fid": 1, parameters: 1 } }),
    ]);
    expect(names).toEqual([
      "test/fid",
      "samples/fid",
      "test/psnr",
      "test/visual.usage",
      "parameters",
      "bitsPerImage",
    ]);
  });
});
