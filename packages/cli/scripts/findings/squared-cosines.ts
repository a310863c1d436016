/**
 * Squared cosines between the factors of a sweep's tokenizers on test images: of the two vectors of a
 * position, as the disentanglement loss has them, and of vectors of any two positions. Runs made before
 * `evaluate.factors` measured them lack these numbers in their summaries.
 *
 *   npx tsx --conditions=@fqgan/source packages/cli/scripts/findings/squared-cosines.ts \
 *     --sweep findings-tokenizers --rows "FQ 64 × 2,FQ 64 × 2 + disentanglement"
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataset } from "@fqgan/data";
import {
  factorCodes,
  loadRunTokenizer,
  readRunConfig,
  readRunStatus,
  readSweepRecord,
  squaredCosines,
} from "@fqgan/experiment";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "runs" },
    sweep: { type: "string" },
    axis: { type: "string", default: "tokenizer" },
    rows: { type: "string" },
  },
});
if (!values.sweep || !values.rows) {
  process.stderr.write('expected --sweep NAME and --rows "ROW,ROW"\n');
  process.exit(2);
}
const rows = values.rows.split(",");
const found = new Map<string, { paired: number; independent: number }[]>();
for (const { axes, stages, label } of readSweepRecord(values.runs, values.sweep).points) {
  const row = axes[values.axis]!;
  const folder = join(values.runs, stages.tokenizer!);
  if (!rows.includes(row) || readRunStatus(folder) !== "done") continue;
  const { data } = readRunConfig(folder).config as { data: { name: string } };
  const tokenizer = await loadRunTokenizer(folder);
  const { splits } = await loadDataset(data);
  const { vectors } = await factorCodes(tokenizer, splits.test, 32);
  const [a, b] = tokenizer.factors.map((name) => vectors[name]!);
  const cosines = squaredCosines(a!.data, b!.data, a!.dimensions);
  found.set(row, [...(found.get(row) ?? []), cosines]);
  process.stderr.write(
    `${label}  ${cosines.paired.toFixed(4)}  ${cosines.independent.toFixed(4)}\n`,
  );
}
const spread = (numbers: readonly number[]) => {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return `${mean.toFixed(3)} ± ${Math.sqrt(squares / (numbers.length - 1)).toFixed(3)}`;
};
process.stdout.write(
  "| | of a position | of any two positions | runs |\n| --- | ---: | ---: | ---: |\n",
);
for (const [row, all] of found) {
  const [paired, independent] = [all.map((one) => one.paired), all.map((one) => one.independent)];
  process.stdout.write(`| ${row} | ${spread(paired)} | ${spread(independent)} | ${all.length} |\n`);
}
