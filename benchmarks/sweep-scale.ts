/**
 * What a sweep of many runs costs besides the runs: planning, making folders, looking at them, scheduling.
 * Stages are simulated: they take no time, and one attempt in a hundred fails.
 *
 *   npx tsx --conditions=@fqgan/source benchmarks/sweep-scale.ts [runs]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRuns,
  type Executor,
  planSweep,
  readRunStatus,
  runStages,
  sweepFileSchema,
  sweepTables,
  writeSweepRecord,
} from "@fqgan/experiment";

const count = Number(process.argv[2] ?? 1000);
const sizes = Math.max(1, Math.round(Math.sqrt(count)));
const file = sweepFileSchema.parse({
  name: "scale",
  base: "emoji-mini",
  axes: {
    until: ["tokenizer"],
    "tokenizer.model.codebooks.visual.quantizer.size": Array.from(
      { length: sizes },
      (_, i) => 8 + i,
    ),
  },
  seeds: Array.from({ length: Math.ceil(count / sizes) }, (_, i) => i),
  retry: { max: 3 },
  tables: [
    {
      name: "t",
      title: "T",
      rows: "tokenizer.model.codebooks.visual.quantizer.size",
      columns: ["psnr"],
    },
  ],
});

const runs = mkdtempSync(join(tmpdir(), "fqgan-scale-"));
const took: Record<string, string> = {};
async function time<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  const ms = performance.now() - start;
  took[what] =
    `${(ms / 1000).toFixed(2)} s, ${((1000 * ms) / plan.stages.length).toFixed(0)} µs a run`;
  return result;
}

const planStart = performance.now();
const plan = planSweep(file, { command: "benchmark" });
const planMs = performance.now() - planStart;
took.plan = `${(planMs / 1000).toFixed(2)} s, ${((1000 * planMs) / plan.stages.length).toFixed(0)} µs a run`;
await time("write the sweep's record", () => writeSweepRecord(runs, plan.record));
await time("make the run folders", () => createRuns(runs, plan.stages));
await time("ask every folder for its status", () =>
  plan.stages.map(({ id }) => readRunStatus(join(runs, id))),
);

let attempts = 0;
const executor: Executor = {
  name: "simulated",
  parallel: 1000,
  leavesRunning: false,
  kill() {},
  async execute({ stage: { id } }) {
    attempts += 1;
    if (attempts % 100 === 0)
      return { status: "failed", reason: "preempted", message: "simulated" };
    const now = Date.now();
    const summary = { format: 1, metrics: { "test/psnr": attempts % 7 }, protocols: {} };
    writeFileSync(join(runs, id, "summary.json"), JSON.stringify(summary));
    writeFileSync(join(runs, id, "done"), JSON.stringify({ time: now, elapsedMs: 1 }));
    return { status: "done" };
  },
};
const { signal } = new AbortController();
const common = { runsFolder: runs, stages: plan.stages, executor, signal, onUpdate: () => {} };
const outcome = await time("schedule, a thousand at once, with retries", () =>
  runStages({ ...common, retry: { max: 3, on: ["preempted"] } }),
);
await time("start again when all is done", () => runStages(common));
await time("fill the table", () => sweepTables(runs, plan.record));
rmSync(runs, { recursive: true });

console.log(`${plan.stages.length} runs, ${attempts} attempts, ${outcome.done.length} done`);
for (const [what, text] of Object.entries(took)) console.log(`${what.padEnd(44)} ${text}`);
