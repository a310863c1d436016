import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const ENTRY = join(import.meta.dirname, "main.ts");
const plugin = join(import.meta.dirname, "../../../docs/guides/code/learned-levels.ts");
const folder = mkdtempSync(join(tmpdir(), "fqgan-plugins-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own: registries of this one are left alone. */
const fqgan = (...parameters: string[]) =>
  new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--conditions=@fqgan/source", ENTRY, "--runs", folder, ...parameters],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });

it("a quantizer in a file of one's own is trained by the command line, in stage processes too", async () => {
  const small = {
    "tokenizer.model.codebooks.visual.quantizer": "{name: learned-levels, dimensions: 3}",
    "tokenizer.evaluate": "{metrics: [{name: codebook-usage}], validationImages: 8, pictures: 2}",
  };
  const settings = Object.entries(small).flatMap(([path, value]) => ["--set", `${path}=${value}`]);
  const command = [
    "train",
    "tokenizer",
    "vqgan-mini",
    "--size",
    "16",
    "--steps",
    "2",
    "--batch",
    "4",
  ];
  const { code, stderr } = await fqgan("--plugin", plugin, ...command, ...settings);
  expect(stderr).not.toContain("error:");
  expect(code).toBe(0);
  const run = readdirSync(folder).find((name) => name.startsWith("tokenizer-"))!;
  const { config } = JSON.parse(readFileSync(join(folder, run, "config.json"), "utf8"));
  expect(config.model.codebooks.visual.quantizer).toEqual({
    name: "learned-levels",
    dimensions: 3,
    levels: 4,
  });
  expect(readdirSync(join(folder, run))).toContain("done");
}, 300_000);

it("names a plugin that is missing or broken", async () => {
  const missing = await fqgan("--plugin", join(folder, "none.mjs"), "list", "quantizers");
  expect(missing).toMatchObject({ code: 2, stdout: "" });
  expect(missing.stderr).toContain("none.mjs: expected a module that registers strategies");
  writeFileSync(join(folder, "broken.mjs"), "throw new Error('not today');");
  const broken = await fqgan("--plugin", join(folder, "broken.mjs"), "list", "quantizers");
  expect(broken.code).toBe(2);
  expect(broken.stderr).toContain("broken.mjs: not today");
});
