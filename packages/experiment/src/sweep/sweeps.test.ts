import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withPaper } from "../report/paper/with-paper.js";
import { fillTable } from "../report/table.js";
import { Asha } from "./asha.js";
import { planSweep } from "./plan.js";
import { nextSamples, withSamples } from "./search/search.js";
import { readSweepFile } from "./sweep-file.js";

const SWEEPS = join(import.meta.dirname, "../../../../sweeps");
const files = readdirSync(SWEEPS, { recursive: true, encoding: "utf8" }).filter((name) =>
  /^(mini|paper)\/.*\.yaml$/.test(name),
);

it.each(files)("%s can be planned, and its rows are the paper's", (name) => {
  const file = readSweepFile(join(SWEEPS, name));
  for (const variant of [undefined, ...Object.keys(file.variants)]) {
    const { record, stages } = planSweep(file, { command: "fqgan", ...(variant && { variant }) });
    expect(stages.length).toBeGreaterThan(1);
    for (const table of record.tables) {
      const labels = fillTable(record, table, () => undefined).rows.map(({ label }) => label);
      expect(labels).toEqual(expect.arrayContaining(Object.keys(table.paper!.rows)));
      withPaper(
        fillTable(record, table, () => undefined),
        table.paper,
      );
    }
  }
});

it("table 3 in small shares its tokenizers with the ablation and with table 4", () => {
  const idsOf = (name: string) =>
    planSweep(readSweepFile(join(SWEEPS, name)), { command: "fqgan" }).stages.map(({ id }) => id);
  const three = new Set(idsOf("mini/table-3.yaml"));
  expect(idsOf("ablation.yaml").filter((id) => three.has(id))).toHaveLength(6);
  expect(idsOf("mini/table-4.yaml").filter((id) => three.has(id))).toHaveLength(3);
});

it("the search can be planned, and stops only where it validates", () => {
  const file = readSweepFile(join(SWEEPS, "search.yaml"));
  const samples = nextSamples(file.search!, { samples: [], observed: [], round: 1 });
  const { stages } = planSweep(withSamples(file, samples), { command: "fqgan" });
  expect(stages).toHaveLength(6);
  expect(() => new Asha(file.stop!, stages)).not.toThrow();
});
