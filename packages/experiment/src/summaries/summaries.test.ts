import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SweepRecord } from "../schema/sweep-format.js";
import { stagesLeft } from "./saved-run.js";
import {
  decodeSummaries,
  encodeSummaries,
  readKeptSummaries,
  type SavedRun,
  writeSummaries,
} from "./summaries-file.js";

const record = {
  format: 1,
  name: "findings",
  title: "Findings",
  createdAt: "",
  command: "",
  variant: null,
  seeds: [0],
  axes: {},
  points: [],
  order: ["b", "a"],
  tables: [],
} satisfies SweepRecord;
const protocol = { split: "test", images: 3, set: "test 3" };
const run = (id: string, metrics: Record<string, number>): SavedRun => ({
  id,
  kind: "tokenizer",
  label: id,
  seed: 0,
  git: { commit: "0123", dirty: false },
  elapsedMs: 12,
  summary: {
    metrics,
    protocols: Object.fromEntries(Object.keys(metrics).map((name) => [name, protocol])),
  },
});
const runs = new Map([
  ["a", run("a", { "test/fid": 1.0000000000000002, "test/psnr": Number.POSITIVE_INFINITY })],
  ["b", run("b", { "test/fid": 2 })],
  ["c", run("c", { "test/fid": 3 })],
]);

describe("a file of summaries", () => {
  it("keeps a sweep's numbers to the last bit, its protocols once", () => {
    const text = encodeSummaries({ record, runs });
    expect(text.split("\n")).toHaveLength(5); // record, protocol, two runs, and the last line's end
    const read = decodeSummaries(text, "test");
    expect(read.record).toEqual(record);
    expect([...read.runs]).toEqual([
      ["b", runs.get("b")],
      ["a", runs.get("a")],
    ]);
    expect(encodeSummaries(read)).toBe(text);
  });

  it("refuses what is damaged, and another sweep's", () => {
    const [first, ...rest] = encodeSummaries({ record, runs }).split("\n");
    expect(() => decodeSummaries("{}", "x.jsonl")).toThrow(/x.jsonl: line 1: expected a sweep/);
    expect(() => decodeSummaries(`${first}\n{"run"`, "x.jsonl")).toThrow(/line 2: expected JSON/);
    const withoutProtocol = [first, ...rest.slice(1)].join("\n");
    expect(() => decodeSummaries(withoutProtocol, "x.jsonl")).toThrow(/expected protocol 0/);
    const path = join(mkdtempSync(join(tmpdir(), "fqgan-")), "findings.jsonl");
    expect(readKeptSummaries(path, record)).toBeUndefined();
    writeSummaries(path, { record, runs });
    expect(readKeptSummaries(path, record)!.runs.size).toBe(2);
    expect(() => readKeptSummaries(path, { ...record, name: "other" })).toThrow(
      /expected summaries of the sweep "other", got those of "findings"/,
    );
  });
});

it("what is known is left out, unless what is left needs it", () => {
  const stages = [
    { id: "tokenizer", inputs: {} },
    { id: "codes", inputs: { tokenizer: "tokenizer" } },
    { id: "first", inputs: { tokenizer: "tokenizer", codes: "codes" } },
    { id: "second", inputs: { tokenizer: "tokenizer", codes: "codes" } },
  ];
  const left = (...known: string[]) =>
    stagesLeft(stages, (id) => known.includes(id)).map(({ id }) => id);
  expect(left()).toEqual(["tokenizer", "codes", "first", "second"]);
  expect(left("tokenizer", "codes", "first")).toEqual(["tokenizer", "codes", "second"]);
  expect(left("tokenizer", "codes", "first", "second")).toEqual([]);
});
