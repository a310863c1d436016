import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadExtractor, loadTeacher } from "@fqgan/features";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fillTable } from "../report/table.js";
import type { SweepRecord } from "../schema/sweep-format.js";
import { tableSchema } from "../schema/sweep-format.js";
import { readTaught, recordTaught, warnOfTeachers } from "./networks-that-taught.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fqgan-taught-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const identity = async (network: ReturnType<typeof loadExtractor>) => {
  const { name, hash, dispose } = await network;
  dispose();
  return { name, hash };
};

it("is written down, and told where one of the judges taught", async () => {
  const teacher = await identity(loadTeacher());
  const judge = await identity(loadExtractor());
  const warned: { code: string; message: string }[] = [];
  const context = { run: { path: folder }, warn: (one: (typeof warned)[0]) => warned.push(one) };
  const record = (networks: (typeof teacher)[]) =>
    recordTaught(context as never, {
      networks,
      judges: [{ name: "builtin" }, { name: "inception", weights: join(folder, "none.pth") }],
    });
  await record([]);
  expect(existsSync(join(folder, "taught.json"))).toBe(false);
  expect(readTaught(folder)).toEqual([]);
  // The built-in teacher is another network than the built-in judge.
  await record([teacher]);
  expect([readTaught(folder), warned]).toEqual([[teacher], []]);
  await record([teacher, judge]);
  expect(warned.map(({ code }) => code)).toEqual(["teacher-judges"]);
  expect(warned[0]!.message).toMatch(
    /^builtin-64-v1 teaches this tokenizer and will judge it, too/,
  );
});

const protocol = { split: "test", images: 3, set: "test 3" };

it("warns of numbers by such a network, by its weights or its name, and of no others", () => {
  const taught = [{ name: "clip-224", hash: "abc" }];
  const warned = warnOfTeachers(
    {
      "test/psnr": protocol,
      "test/fid": { ...protocol, extractor: "inception", extractorHash: "def" },
      "test/cmmd": { ...protocol, extractor: "onnx clip", extractorHash: "abc" },
      "test/balanced.fid": { ...protocol, extractor: "clip-224" },
    },
    taught,
  );
  const warnings = Object.entries(warned).flatMap(([name, { warning }]) =>
    warning === undefined ? [] : [[name, warning]],
  );
  expect(warnings).toEqual([
    ["test/cmmd", "judged by the network that taught it (onnx clip), which flatters it"],
    ["test/balanced.fid", "judged by the network that taught it (clip-224), which flatters it"],
  ]);
});

it("names the rows of a table that are flattered", () => {
  const points = ["plain", "taught"].map((method) => ({
    label: method,
    slug: method,
    seed: 0,
    axes: { method },
    stages: { tokenizer: method },
  }));
  const record = {
    name: "sweep",
    seeds: [0],
    axes: { method: ["plain", "taught"] },
    points,
  } as unknown as SweepRecord;
  const table = tableSchema.parse({
    name: "table",
    title: "Table",
    rows: ["method"],
    columns: [{ metric: "tokenizer/test/fid", title: "rFID ↓" }],
  });
  const warning = "judged by the network that taught it (x), which flatters it";
  const { caption } = fillTable(record, table, (id) => ({
    metrics: { "test/fid": 1 },
    protocols: { "test/fid": { ...protocol, ...(id === "taught" && { warning }) } },
  }));
  expect(caption).toBe(`1 seed (0), no ranking · test 3 · ${warning}: taught`);
});
