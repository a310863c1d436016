/** `npm run benchmark -- <name> [--rounds N] [--json file]`: runs one comparison and prints its table. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { alternate } from "./harness/alternate.js";
import type { Benchmark } from "./harness/benchmark.js";
import { markdown, summarize } from "./harness/summary.js";

const benchmarks: Readonly<Record<string, () => Promise<{ benchmark: Benchmark }>>> = {
  "decode-far": () => import("./decode-far.js"),
  "inception-features": () => import("./inception-features.js"),
  "train-fqgan": () => import("./train-fqgan.js"),
  "run-fqgan": () => import("./run-fqgan.js"),
  "train-vqgan": () => import("./train-vqgan.js"),
  "reconstruct-vqgan": () => import("./reconstruct-vqgan.js"),
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  // Benchmarks have options of their own, which `option` reads.
  strict: false,
  options: { rounds: { type: "string" }, json: { type: "string" } },
});
const load = benchmarks[positionals[0] ?? ""];
if (!load) {
  console.error(`benchmark: expected one of ${Object.keys(benchmarks).join(", ")}`);
  process.exit(1);
}
const { benchmark } = await load();
const { title, subjects, warmUp } = benchmark;
const rounds = values.rounds === undefined ? benchmark.rounds : Number(values.rounds);
const measured = await alternate(subjects, { rounds, warmUp, onRound: console.error });
const rows = summarize(measured);
console.log(markdown(title, rows));
if (benchmark.conclude) console.log(benchmark.conclude(measured));
if (values.json)
  writeFileSync(
    String(values.json),
    `${JSON.stringify({ title, rounds, rows, measured }, null, 2)}\n`,
  );
