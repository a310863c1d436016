import { expect, it } from "vitest";
import type { Summary } from "../schema/run-format.js";
import { type SweepRecord, tableSchema } from "../schema/sweep-format.js";
import { resolveColumn } from "./columns.js";
import { differencesFrom, formatDifferences } from "./differences.js";
import { formatTable, formatValue } from "./format-table.js";
import { fillTable } from "./table.js";

const record = (
  seeds: number[],
  tokenizers: readonly string[] = ["VQ 256", "FQ 256 × 2"],
): SweepRecord => ({
  format: 1,
  name: "ablation",
  title: "Ablation",
  createdAt: "",
  command: "",
  variant: null,
  seeds,
  axes: { tokenizer: [...tokenizers], head: ["none", "linear"] },
  points: tokenizers.flatMap((tokenizer) =>
    ["none", "linear"].flatMap((head) =>
      seeds.map((seed) => ({
        label: `${tokenizer} ${head} ${seed}`,
        slug: "",
        seed,
        axes: { tokenizer, head },
        stages: { tokenizer: `${tokenizer}-${seed}` },
      })),
    ),
  ),
  order: [],
  tables: [],
});

const table = tableSchema.parse({
  name: "table-3",
  title: "Table 3 (mini)",
  rows: ["tokenizer"],
  columns: ["rfid", "usage", "bits"].map((name) => resolveColumn(name, "test")),
});

const summary = (rfid: number, usage: number): Summary => ({
  metrics: { "test/fid": rfid, "test/usage": usage, bitsPerImage: 2048 },
  protocols: {
    "test/fid": { split: "test", images: 1383, note: "rFID by builtin-64-v1, not comparable" },
  },
});
const summaries: Record<string, Summary> = {
  "VQ 256-0": summary(48.13, 0.6),
  "VQ 256-1": summary(46.11, 0.62),
  "FQ 256 × 2-0": summary(31.5, 0.97),
  "FQ 256 × 2-1": summary(33.5, 0.97),
};

it("prints one seed without any ranking", () => {
  const filled = fillTable(record([0]), table, (id) => summaries[id]);
  expect(formatTable(filled, "text")).toBe(
    [
      "Table 3 (mini) · 1 seed (0), no ranking · test 1383 · rFID by builtin-64-v1, not comparable",
      "             rFID ↓   usage ↑   bits/image",
      "VQ 256         48.1      60 %        2,048",
      "FQ 256 × 2     31.5      97 %        2,048",
    ].join("\n"),
  );
  expect(formatTable(filled, "latex")).not.toMatch(/textbf/);
});

it("marks the best only where seeds tell it from every other row", () => {
  const filled = fillTable(record([0, 1]), table, (id) => summaries[id]);
  expect(filled.rows[0]!.cells[0]).toMatchObject({ values: [48.13, 46.11], seeds: [0, 1] });
  // Two seeds: differences of 16.63 and 12.61 have an interval of ± 25.5.
  expect(formatTable(filled, "markdown").split("\n").slice(2)).toEqual([
    "|  | rFID ↓ | usage ↑ | bits/image |",
    "| --- | ---: | ---: | ---: |",
    "| VQ 256 | 47.1 ± 1.4 | 61 ± 1.4 % | 2,048 |",
    "| FQ 256 × 2 | 32.5 ± 1.4 | **97 ± 0.0 %** | 2,048 |",
  ]);
  const third = { "VQ 256-2": summary(47.1, 0.6), "FQ 256 × 2-2": summary(32.4, 0.97) };
  const all: Record<string, Summary> = { ...summaries, ...third };
  const three = fillTable(record([0, 1, 2]), table, (id) => all[id]);
  expect(three.rows[1]!.cells[0]!.rank).toBe(1);
  expect(formatTable(three, "latex")).toContain(
    "FQ 256 $\\times$ 2 & \\textbf{32.5 $\\pm$ 1.0} & \\textbf{97 $\\pm$ 0.0 \\%} & 2,048 \\\\",
  );
  expect(formatTable(three, "text")).toContain("* paired 95 % interval against every other row");
});

it("underlines two that seeds do not tell apart but tell from all others", () => {
  const rfids: Record<string, number[]> = {
    VQ: [47, 46.4, 47.2],
    FQ: [32.1, 31.2, 32.2],
    RQ: [31.5, 32, 32.1],
  };
  const filled = fillTable(record([0, 1, 2], Object.keys(rfids)), table, (id) => {
    const [name, seed] = id.split("-");
    return summary(rfids[name!]![Number(seed)]!, 0.9);
  });
  const [caption, , , , vq, fq, rq] = formatTable(filled, "markdown").split("\n");
  expect(caption).toContain(" · underlined: against every row but one.");
  expect(caption).not.toContain("bold");
  expect(vq).toContain("| 46.9 ± 0.4 |");
  expect(fq).toContain("| <u>31.8 ± 0.6</u> |");
  expect(rq).toContain("| <u>31.9 ± 0.3</u> |");
});

it("counts the images of test sets that differ once", () => {
  const ofImages = (images: number, set?: string): Summary => ({
    metrics: { "test/fid": 40 },
    protocols: { "test/fid": { split: "test", images, ...(set ? { set } : {}) } },
  });
  const caption = (first: Summary, second: Summary) =>
    fillTable(record([0, 1]), table, (id) => (id.endsWith("0") ? first : second)).caption;
  const seeds = "mean ± std over 2 seeds";
  expect(caption(ofImages(603), ofImages(601))).toBe(`${seeds} · test 601 to 603`);
  expect(caption(ofImages(603, "test 603"), ofImages(601))).toBe(`${seeds} · test 601 to 603`);
  const samples = (count: number) => `${count} samples against 3000 of train`;
  expect(caption(ofImages(512, samples(512)), ofImages(64, samples(64)))).toBe(
    `${seeds} · ${samples(512)} · ${samples(64)}`,
  );
});

it("gives paired differences with intervals", () => {
  const filled = fillTable(record([0, 1]), table, (id) => summaries[id]);
  const differences = differencesFrom(filled);
  expect(differences.rows[0]!.cells[0]).toMatchObject({ pairs: 2 });
  expect(formatDifferences(differences, "text").split("\n")).toEqual([
    "Table 3 (mini): differences from VQ 256 · mean [95 % interval] of the paired difference over seeds" +
      " · * the interval excludes zero",
    "                          rFID ↓     usage ↑ (points)",
    "FQ 256 × 2   −14.6 [−40.2, 10.9]   *36.0 [23.3, 48.7]",
  ]);
  expect(formatDifferences(differences, "csv").split("\n")[0]).toMatch(
    /^row,tokenizer\/test\/fid,tokenizer\/test\/fid low,/,
  );
  expect(() => differencesFrom(filled, "VQ 257")).toThrow(/no row "VQ 257"; known: VQ 256, FQ/);
  const one = differencesFrom(fillTable(record([0]), table, (id) => summaries[id]));
  expect(formatDifferences(one, "text")).toMatch(/FQ 256 × 2 +– +–$/);
});

it("leaves unfinished cells open and quotes CSV", () => {
  const filled = fillTable(record([0]), table, (id) =>
    id === "VQ 256-0" ? summaries[id] : undefined,
  );
  expect(formatTable(filled, "csv").split("\n")).toEqual([
    "row,tokenizer/test/fid,tokenizer/test/fid std,tokenizer/test/fid seeds," +
      "tokenizer/test/usage,tokenizer/test/usage std,tokenizer/test/usage seeds," +
      "tokenizer/bitsPerImage,tokenizer/bitsPerImage std,tokenizer/bitsPerImage seeds",
    "VQ 256,48.13,,1,0.6,,1,2048,,1",
    "FQ 256 × 2,,,0,,,0,,,0",
  ]);
  expect(formatTable(filled, "text").split("\n").at(-1)).toMatch(/^FQ 256 × 2 +– +– +–$/);
});

it("suggests the nearest column", () => {
  expect(() => resolveColumn("rFIDs", "table-3")).toThrow(/did you mean "rfid"\?/);
});

it("large numbers have fewer places", () => {
  const column = { metric: "m", title: "KID", digits: 4, format: "number" } as const;
  expect([0.01234, 1.5, 104.3893].map((value) => formatValue(value, column))).toEqual([
    "0.0123",
    "1.5000",
    "104.39",
  ]);
});

it("a minus is a minus, and zero has none", () => {
  const of = (format: "number" | "percent" | "count") => (value: number) =>
    formatValue(value, { metric: "m", title: "m", digits: 1, format });
  expect([-0.26, -0.04, 0.04].map(of("number"))).toEqual(["−0.3", "0.0", "0.0"]);
  expect([-0.011, -0.001].map(of("percent"))).toEqual(["−1 %", "0 %"]);
  expect([-1200, -0.2].map(of("count"))).toEqual(["−1,200", "0"]);
});
