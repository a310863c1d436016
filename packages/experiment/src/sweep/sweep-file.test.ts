import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadSweepFile } from "./sweep-file.js";

const folder = mkdtempSync(join(tmpdir(), "fqgan-sweep-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

it("reads YAML and modules alike", async () => {
  const yaml = write(
    "a.yaml",
    "name: a\nbase: emoji-mini\nretry: { max: 2 }\nexecutor: { name: slurm, cpus: 4 }\n",
  );
  const module = write(
    "a.mjs",
    `export default { name: "a", base: "emoji-mini", retry: { max: 2 }, executor: { name: "slurm", cpus: 4 } };`,
  );
  expect(await loadSweepFile(module)).toEqual(await loadSweepFile(yaml));
});

it("says what is wrong with either", async () => {
  await expect(loadSweepFile(join(folder, "none.ts"))).rejects.toThrow(/found nothing/);
  await expect(loadSweepFile(write("b.mjs", "export const x = 1;"))).rejects.toThrow(
    /no default export/,
  );
  await expect(loadSweepFile(write("c.mjs", "export default { nam: 1 };"))).rejects.toThrow(
    /nam: unknown key/,
  );
  await expect(
    loadSweepFile(write("d.yaml", "name: d\nbase: emoji-mini\nexecutor: { name: slrum }\n")),
  ).rejects.toThrow(/did you mean "slurm"\?/);
  await expect(
    loadSweepFile(write("e.yaml", "name: e\nbase: emoji-mini\nretry: { max: 1, on: [crahs] }\n")),
  ).rejects.toThrow(/retry\.on/);
});
