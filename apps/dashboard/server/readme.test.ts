import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

it("the README's example runs", async () => {
  const text = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  const [, example] = /```ts\n([\s\S]*?)```/.exec(text)!;
  const runs = mkdtempSync(join(tmpdir(), "fqgan-readme-"));
  const printed: string[] = [];
  const body = example!
    .replace(/^import \{ startDashboard \} from "@fqgan\/dashboard";$/m, "")
    .replace('"runs"', JSON.stringify(runs));
  expect(body).toContain("startDashboard(");
  const { startDashboard } = await import("./index.js");
  const run = new Function("startDashboard", "console", `return (async () => {${body}})()`);
  try {
    await run(startDashboard, { log: (line: string) => printed.push(line) });
  } finally {
    rmSync(runs, { recursive: true });
  }
  expect(printed[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});
