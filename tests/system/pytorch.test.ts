/** The benchmarks' two sides are the same model: ours and its twin in Debian's PyTorch. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);

interface Row {
  readonly name: string;
  readonly bestMs: number;
  readonly description: { readonly parameters: number; readonly torch?: string };
}

it.each([
  ["train-vqgan"],
  ["reconstruct-vqgan"],
  ["train-fqgan", "--size", "mini", "--batch", "4"],
  ["run-fqgan", "--task", "encode", "--size", "mini"],
  ["run-fqgan", "--task", "decode", "--size", "mini"],
])("%s %s %s %s %s runs, with as many parameters on both sides", async (...parameters) => {
  const folder = mkdtempSync(join(tmpdir(), "fqgan-benchmark-"));
  const file = join(folder, "result.json");
  try {
    await run("npm", [
      "run",
      "-s",
      "benchmark",
      "--",
      ...parameters,
      "--rounds",
      "1",
      "--json",
      file,
    ]);
    const { rows } = JSON.parse(readFileSync(file, "utf8")) as { rows: Row[] };
    const ours = rows.find((row) => row.name === "ours");
    const twin = rows.find((row) => row.name === "PyTorch");
    expect(twin?.description.torch).toBeTruthy();
    expect(ours?.description.parameters).toBe(twin?.description.parameters);
    for (const row of rows) expect(row.bestMs).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
