import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cachePath, readPixels, writePixels } from "./pixel-cache.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "fqgan-cache-"));
});
afterAll(() => rm(folder, { recursive: true }));

const pixels = Uint8Array.of(1, 2, 3);

describe("pixel cache", () => {
  it("gives back what was stored and leaves no temporary file", async () => {
    const file = cachePath(path.join(folder, "deep"), { size: 8 });
    await writePixels(file, { pixels, note: "hello" });
    expect(await readPixels(file, 3)).toEqual({ pixels, note: "hello" });
    expect(await readdir(path.dirname(file))).toEqual([path.basename(file)]);
  });

  it("takes nothing from absent, damaged or unexpected files", async () => {
    const file = cachePath(folder, "damaged");
    expect(await readPixels(file, 3)).toBeUndefined();
    await writeFile(file, "garbage");
    expect(await readPixels(file, 3)).toBeUndefined();
    await writePixels(file, { pixels, note: "" });
    expect(await readPixels(file, 4)).toBeUndefined();
  });

  it("has another file for every key", () => {
    expect(cachePath(folder, { size: 8 })).not.toBe(cachePath(folder, { size: 9 }));
  });

  it("does without when it can't write", async () => {
    await writeFile(path.join(folder, "file"), "");
    await writePixels(path.join(folder, "file", "below"), { pixels, note: "" });
    expect(await readPixels(path.join(folder, "file", "below"), 3)).toBeUndefined();
  });
});
