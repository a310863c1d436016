/** The decoding benchmark's sides are the same model, and its conclusion names what limits them. */
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
  readonly description: Readonly<Record<string, string | number>>;
}

it("decode-far runs, with as many parameters on all sides", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fqgan-benchmark-"));
  const file = join(folder, "result.json");
  try {
    const sizes = ["--layers", "1", "--rounds", "2", "--json", file];
    const { stdout } = await run("npm", ["run", "-s", "benchmark", "--", "decode-far", ...sizes]);
    const { rows } = JSON.parse(readFileSync(file, "utf8")) as { rows: Row[] };
    const models = rows.filter(({ description }) => "parameters" in description);
    expect(models.map(({ name }) => name)).toEqual([
      "ours, float32",
      "ours, int8",
      "ours, int4",
      "PyTorch, float32",
      "PyTorch, int8",
    ]);
    expect(new Set(models.map(({ description }) => description.parameters)).size).toBe(1);
    for (const { bestMs } of rows) expect(bestMs).toBeGreaterThan(0);
    expect(stdout).toMatch(/Memory is read at [\d.]+ GB\/s/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
