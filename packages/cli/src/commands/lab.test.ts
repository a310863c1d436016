import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";
import { temporaryFolder, writeTinyPicture, writeTinyTokenizer } from "../testing/tiny.js";

const folder = temporaryFolder();
const runs = join(folder, "runs");
const pictures = join(folder, "pictures");
const tokenizer = join(folder, "tiny.safetensors");

beforeAll(async () => {
  await writeTinyTokenizer(tokenizer);
  mkdirSync(pictures);
  for (let i = 0; i < 40; i++)
    await writeTinyPicture(join(pictures, `${i}.png`), { width: 16 + i, height: 16 });
});

const lab = (...parameters: string[]) =>
  fqgan(
    ...["--runs", runs, "lab", "--from", tokenizer, "--data", pictures],
    ...["--images", "4", "--steps", "4", "--bits", "4", ...parameters],
  );

describe("lab", () => {
  it("compares quantizers on the same latents, encoded once", async () => {
    const residual = "{name: residual, quantizer: {name: vq, size: 4}, levels: 2}";
    const first = await lab("--json", "--quantizers", "vq", "fsq", residual);
    expect(first.code).toBe(0);
    const { bits, dimensions, results } = JSON.parse(first.stdout);
    expect([bits, dimensions]).toEqual([4, 8]);
    const names = Object.keys(results);
    expect(names.slice(0, 2)).toEqual(["vq", "fsq"]);
    expect(names[2]).toMatch(/^residual \{quantizer:/);
    for (const name of names) {
      const { nominal, separately, jointly } = results[name].use.bitsPerPosition;
      expect(nominal).toBeCloseTo(4, 5);
      expect(separately).toBeGreaterThanOrEqual(jointly - 1e-9);
      expect(results[name].relativeDistortion).toBeGreaterThan(0);
    }
    expect(first.stderr).toMatch(/1 of 3 +vq .* s, left /);
    expect(readdirSync(join(runs, "cache"))).toHaveLength(1);

    const again = await lab("--codebook", "visual", "--quantizers", "vq");
    expect(again.stderr).toMatch(/4 dimensions to fit.*from the cache/);
    expect(again.stdout).toMatch(/^quantizer +distortion +floor +bits +coded +jointly/);
    expect(again.stdout).toMatch(/\nvq +\d+\.\d % +\d+\.\d % +4\.0 /);
  });

  it("refuses what it does not know", async () => {
    const unknown = await lab("--quantizers", "vqq");
    expect(unknown.stderr).toMatch(/expected one of .*vq.*got "vqq"/);
    const codebook = await lab("--codebook", "visuel");
    expect(codebook.stderr).toMatch(/expected one of visual, semantic, got "visuel"; did you mean/);
    expect((await lab("--quantizers", "{name: vq, siz: 4}")).stderr).toMatch(/siz: unknown key/);
  });
});
