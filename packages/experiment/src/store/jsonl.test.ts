import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { DiskFullError, diskError } from "./disk-error.js";
import { readJsonl } from "./jsonl.js";

it("explains a full disk", () => {
  const full = Object.assign(new Error("write failed"), { code: "ENOSPC" });
  expect(diskError(full, "runs/a/metrics.jsonl")).toBeInstanceOf(DiskFullError);
  expect(String(diskError(full, "runs/a/metrics.jsonl"))).toMatch(/disk is full.*same command/);
  const other = new Error("something else");
  expect(diskError(other, "x")).toBe(other);
});

it("keeps every acknowledged row when a write finds no room half way", () => {
  const folder = mkdtempSync(join(tmpdir(), "fqgan-full-"));
  const path = join(folder, "metrics.jsonl");
  const program = `
    import { JsonlWriter } from ${JSON.stringify(join(import.meta.dirname, "jsonl.ts"))};
    const writer = new JsonlWriter(${JSON.stringify(path)});
    let acknowledged = 0;
    try {
      for (;;) { writer.append({ step: acknowledged, text: "x".repeat(300) }); acknowledged++; }
    } catch (error) {
      console.log(JSON.stringify({ acknowledged, name: error.constructor.name }));
    }`;
  // The limit on file sizes (8 KiB) stops a write in its middle just as a full disk does.
  const node = ["--import", "tsx", "--conditions=@fqgan/source", "--input-type=module", "-e"];
  const output = execFileSync(
    "bash",
    ["-c", 'ulimit -f 8; exec "$@"', "bash", process.execPath, ...node, program],
    { encoding: "utf8", env: { ...process.env, TSX_DISABLE_CACHE: "1" } },
  );
  const { acknowledged, name } = JSON.parse(output);
  expect(name).toBe("DiskFullError");
  expect(acknowledged).toBeGreaterThan(10);
  const rows = readJsonl(path, z.object({ step: z.number() }));
  expect(rows.map((row) => row.step)).toEqual(Array.from({ length: acknowledged }, (_, i) => i));
  rmSync(folder, { recursive: true });
});
