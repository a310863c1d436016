import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";

const folder = mkdtempSync(join(tmpdir(), "fqgan-playground-"));
const runs = join(folder, "runs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("fqgan playground", () => {
  it("explains itself with examples", async () => {
    const { stdout } = await fqgan("playground", "--help");
    expect(stdout).toMatch(/fqgan playground export site --from/);
    expect(stdout).toMatch(/Images don't leave it/);
  });

  it("does not write into a folder that has something in it", async () => {
    const out = join(folder, "full");
    mkdirSync(out);
    writeFileSync(join(out, "mine.txt"), "mine");
    const { code, stdout, stderr } = await fqgan("--runs", runs, "playground", "export", out);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/full: expected an empty or new folder/);
  });

  it("says which runs there are none of", async () => {
    const out = join(folder, "site");
    const named = ["playground", "export", out, "--from", "ablation/fq"];
    const { code, stderr } = await fqgan("--runs", runs, ...named);
    expect(code).toBe(2);
    expect(stderr).toMatch(/ablation\/fq: no such run/);
  });
});
