import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RunConfig, StageKind } from "../schema/run-format.js";
import { findRun } from "./find-run.js";
import { createRunFolder } from "./run-folder.js";
import { writeSweepRecord } from "./sweep-store.js";

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "fqgan-find-"));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

function make(id: string, kind: StageKind, { done = true, createdAt = "2025" } = {}): string {
  const config: RunConfig = {
    format: 1,
    id,
    label: id,
    kind,
    revision: 1,
    seed: 0,
    config: {},
    inputs: {},
    createdAt,
    git: null,
    versions: {},
  };
  const folder = createRunFolder(runs, config);
  if (done) writeFileSync(join(folder, "done"), "{}");
  return folder;
}

it("takes a path, an id, its beginning, its hash, a point of a sweep, or the newest", () => {
  const old = make("tokenizer-vq-8-aaaaaaaaaa", "tokenizer");
  make("tokenizer-vq-16-bbbbbbbbbb", "tokenizer", { createdAt: "2026" });
  make("tokenizer-vq-32-cccccccccc", "tokenizer", { createdAt: "2027", done: false });
  writeSweepRecord(runs, {
    format: 1,
    name: "s",
    title: "",
    createdAt: "",
    command: "",
    variant: null,
    seeds: [0],
    axes: {},
    points: [
      {
        label: "VQ 8",
        slug: "vq-8",
        seed: 0,
        axes: {},
        stages: { tokenizer: "tokenizer-vq-8-aaaaaaaaaa" },
      },
    ],
    order: [],
    tables: [],
  });
  const found = (reference?: string) => findRun(runs, "tokenizer", reference).config.id;
  for (const reference of [
    old,
    "tokenizer-vq-8",
    "tokenizer-vq-8-aaaaaaaaaa",
    "aaaaaaaaaa",
    "s/vq-8",
    "s/vq",
  ])
    expect(found(reference)).toBe("tokenizer-vq-8-aaaaaaaaaa");
  expect(found("aaaa")).toBe("tokenizer-vq-8-aaaaaaaaaa");
  expect(found()).toBe("tokenizer-vq-16-bbbbbbbbbb");
  expect(found("newest")).toBe("tokenizer-vq-16-bbbbbbbbbb");
  expect(() => found("s/fq-8")).toThrow(
    /no point "fq-8" with a tokenizer; did you mean "s\/vq-8"\?/,
  );
  expect(() => found("tokenizer-vq")).toThrow(/3 runs are called that/);
  expect(() => found("cccccccccc")).toThrow(/expected a finished run, it is waiting/);
  expect(() => found("tokenizer-vq-8-aaaaaaaaax")).toThrow(
    /did you mean "tokenizer-vq-8-aaaaaaaaaa"\?/,
  );
});

it("refuses a run of another kind and says how to make one where there is none", () => {
  make("codes-x-dddddddddd", "codes");
  expect(() => findRun(runs, "tokenizer", "dddddddddd")).toThrow(
    /expected a tokenizer run, got a codes run/,
  );
  for (const reference of [undefined, "newest"])
    expect(() => findRun(runs, "generator", reference)).toThrow(
      /`fqgan train generator` makes one/,
    );
});
