/** `npm run benchmark -- <name> [--rounds N] [--json file]`: runs one comparison and prints its table. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { alternate } from "./harness/alternate.js";
import type { Benchmark } from "./harness/benchmark.js";
import { overview } from "./harness/overview.js";
import { markdown, summarize } from "./harness/summary.js";

/** A comparison, or several of the same subjects. */
type Loaded = { readonly benchmark: Benchmark } | { readonly benchmarks: readonly Benchmark[] };

const known: Readonly<Record<string, () => Promise<Loaded>>> = {
  "frechet-distance": () => import("./frechet-distance.js"),
  "nearest-code": () => import("./nearest-code.js"),
  "codebook-free": () => import("./codebook-free.js"),
  "decode-far": () => import("./decode-far.js"),
  gpu: () => import("./gpu.js"),
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
const load = known[positionals[0] ?? ""];
if (!load) {
  console.error(`benchmark: expected one of ${Object.keys(known).join(", ")}`);
  process.exit(1);
}
const loaded = await load();
const all = "benchmarks" in loaded ? loaded.benchmarks : [loaded.benchmark];
const results = [];
for (const { title, subjects, warmUp, conclude, ...given } of all) {
  const rounds = values.rounds === undefined ? given.rounds : Number(values.rounds);
  const measured = await alternate(subjects, { rounds, warmUp, onRound: console.error });
  const rows = summarize(measured);
  console.log(markdown(title, rows));
  if (conclude) console.log(conclude(measured));
  results.push({ title, rounds, rows, measured });
}
if (all.length > 1) console.log(overview(results));
if (values.json)
  writeFileSync(
    String(values.json),
    `${JSON.stringify("benchmarks" in loaded ? results : results[0], null, 2)}\n`,
  );
