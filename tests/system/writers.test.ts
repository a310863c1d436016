/** Many processes, one run folder each; every third is killed while it writes. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createRunFolder, type RunConfig, readRunStatus } from "@fqgan/experiment";
import { build } from "esbuild";
import { afterAll, expect, it } from "vitest";
import { temporaryFolder } from "./command.js";

const folder = temporaryFolder("writers");
afterAll(() => folder.remove());

const PROCESSES = 200;
const ROWS = 5000;
/** At once: as many as fit into a small machine's memory. */
const TOGETHER = 50;

const config = (id: string): RunConfig => ({
  format: 1,
  id,
  label: id,
  kind: "tokenizer",
  revision: 1,
  seed: 0,
  config: {},
  inputs: {},
  createdAt: "",
  git: null,
  versions: {},
});

/** How many rows a process said were in its file. */
function write(program: string, path: string, killAt: number): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [program, path, String(ROWS)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    const acknowledged = () =>
      Number(said.slice(0, said.lastIndexOf("\n")).split("\n").at(-1) || 0);
    child.stdout.on("data", (text) => {
      said += text;
      if (acknowledged() >= killAt) child.kill("SIGKILL");
    });
    child.on("close", () => done(acknowledged()));
  });
}

it("every acknowledged row is there", async () => {
  const program = join(folder.path, "writer.mjs");
  await build({
    entryPoints: [resolve("tests/system/writer.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@fqgan/source"],
    plugins: [
      {
        // Only what writes run folders; the engine has no part in it.
        name: "run-folder-only",
        setup({ onResolve }) {
          onResolve({ filter: /^@fqgan\/experiment$/ }, () => ({
            path: resolve("packages/experiment/src/store/run-folder.ts"),
          }));
        },
      },
    ],
  });
  const ids = Array.from(
    { length: PROCESSES },
    (_, i) => `tokenizer-writer-${String(i).padStart(4, "0")}`,
  );
  const runs = join(folder.path, "runs");
  const results: { path: string; killed: boolean; acknowledged: number }[] = [];
  const queue = ids.map((id, i) => ({ path: createRunFolder(runs, config(id)), i }));
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { path, i } = next;
      const killed = i % 3 === 0;
      const acknowledged = await write(
        program,
        path,
        killed ? 100 + ((37 * i) % 4800) : Number.POSITIVE_INFINITY,
      );
      results.push({ path, killed, acknowledged });
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  expect(results).toHaveLength(PROCESSES);
  for (const { path, killed, acknowledged } of results) {
    const lines = readFileSync(join(path, "metrics.jsonl"), "utf8").split("\n").slice(0, -1);
    const steps = lines.map((line) => (JSON.parse(line) as { step: number }).step);
    expect(steps.length).toBeGreaterThanOrEqual(acknowledged);
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i + 1));
    if (!killed) expect(steps).toHaveLength(ROWS);
    if (!killed) expect(readRunStatus(path)).toBe("done");
  }
  expect(results.filter(({ killed }) => killed).length).toBeGreaterThan(60);
});
