import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createRunFolder, RunFolder } from "@fqgan/experiment";
import { beforeAll, describe, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";
import { temporaryFolder, writeTinyPicture, writeTinyTokenizer } from "../testing/tiny.js";

const folder = temporaryFolder();
const runs = join(folder, "runs");
const pictures = join(folder, "pictures");
const tokenizer = join(folder, "tiny.safetensors");

const spread = Array.from({ length: 16 }, () => 40);
const one = Array.from({ length: 16 }, (_, code) => (code === 3 ? 640 : 0));

/** A run whose visual codebook collapses after step 30, which is told; semantic's losses explode untold. */
async function recordRun(id: string, sick: boolean): Promise<void> {
  const path = createRunFolder(runs, {
    format: 1,
    id,
    label: "FQ 16 × 2",
    kind: "tokenizer",
    revision: 2,
    seed: 0,
    config: {},
    inputs: {},
    createdAt: sick ? "2026-01-02" : "2026-01-01",
    git: null,
    versions: {},
  });
  const run = await RunFolder.open(path);
  for (let step = 10; step <= 60; step += 10) {
    const late = sick && step > 30;
    run.logMetrics(step, { "train/loss.semantic.commitment": late ? 5 : 0.01 });
    for (const [codebook, counts] of Object.entries({
      visual: late ? one : spread,
      semantic: spread,
    }))
      run.logUsage({ step, split: "validation", codebook, counts });
  }
  if (sick)
    run.logEvent({
      type: "warning",
      code: "codebook-health",
      message: "visual: the codebook has collapsed",
      step: 34,
      codebook: "visual",
      symptom: "collapsed",
      evidence: "perplexity 1.00 of 16 codes",
    });
  run.close();
}

beforeAll(async () => {
  await recordRun("tokenizer-well-0000000000", false);
  await recordRun("tokenizer-sick-1111111111", true);
  await writeTinyTokenizer(tokenizer);
  mkdirSync(pictures);
  for (let i = 0; i < 24; i++)
    await writeTinyPicture(join(pictures, `${i}.png`), { width: 16 + i, height: 16 });
});

describe("explain", () => {
  it("says of the newest run what was told, what its records show, and what to try", async () => {
    const { code, stdout } = await fqgan("--runs", runs, "explain");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^FQ 16 × 2 \(tokenizer-sick-1111111111\): interrupted\n/);
    expect(stdout).toMatch(/visual +16 +1 \(6 %\) +1\.0 +validation at step 60, 640 positions/);
    expect(stdout).toMatch(/semantic +16 +16 \(100 %\) +16\.0/);
    expect(stdout).toMatch(
      /! visual: the codebook has collapsed \(perplexity 1\.00 of 16 codes; step 34, told while it trained\)/,
    );
    expect(stdout).toMatch(
      /! semantic: latents move away from their codes .*seen in its validations/,
    );
    expect(stdout).toMatch(/likely cause: .*\n {2}what to try:\n {2}- .*\n {4}https:\/\/arxiv/);
  });

  it("says so where nothing is wrong, and in JSON", async () => {
    const well = ["--runs", runs, "explain", "tokenizer-well"];
    expect((await fqgan(...well)).stdout).toContain("no codebook is sick");
    const sick = await fqgan("--runs", runs, "explain", "tokenizer-sick", "--json");
    const { codebooks } = JSON.parse(sick.stdout);
    expect(codebooks[0]).toMatchObject({ codebook: "visual", latest: { used: 1, step: 60 } });
    expect(codebooks[0].findings[0].advice[0].source).toMatch(/arxiv/);
  });

  it("measures a checkpoint on images", async () => {
    const { stdout } = await fqgan(
      ...["explain", tokenizer, "--data", pictures, "--images", "2", "--json"],
    );
    const { codebooks, mutualInformation } = JSON.parse(stdout);
    expect(codebooks.map(({ codebook }: { codebook: string }) => codebook)).toEqual([
      "visual",
      "semantic",
    ]);
    expect(codebooks[0].latest.positions % 64).toBe(0);
    expect(mutualInformation[0].between).toEqual(["visual", "semantic"]);
  });

  it("refuses a checkpoint without images, and a run that is not there", async () => {
    const bare = await fqgan("explain", tokenizer);
    expect(bare).toMatchObject({ code: 2, stdout: "" });
    expect(bare.stderr).toMatch(/expected --data with a checkpoint/);
    const gone = await fqgan("--runs", runs, "explain", "tokenizer-sock");
    expect(gone.stderr).toMatch(/no such run in /);
  });
});
