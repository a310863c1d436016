import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createRunFolder, RunFolder } from "../store/run-folder.js";
import { diagnoseRun } from "./diagnose-run.js";

const runs = mkdtempSync(join(tmpdir(), "fqgan-diagnose-"));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

it("judges a codebook by its own factor's latents, not by one whose name it begins with", async () => {
  const path = createRunFolder(runs, {
    format: 1,
    id: "tokenizer-drifting",
    label: "drifting",
    kind: "tokenizer",
    revision: 1,
    seed: 0,
    config: {},
    inputs: {},
    createdAt: "2026-01-01T00:00:00.000Z",
    git: null,
    versions: {},
  });
  const run = await RunFolder.open(path);
  const counts = new Array<number>(16).fill(40);
  for (let step = 10; step <= 60; step += 10) {
    run.logMetrics(step, {
      "train/latentNorm.semantic": 2 ** step,
      "train/latentNorm.semanticHigh": 1,
    });
    for (const codebook of ["semanticLevel1", "semanticHigh"])
      run.logUsage({ step, split: "validation", codebook, counts });
  }
  run.close();
  const symptoms = diagnoseRun(path).map(({ codebook, findings }) => [
    codebook,
    findings.map(({ symptom }) => symptom),
  ]);
  expect(symptoms).toEqual([
    ["semanticLevel1", ["latents-drifting"]],
    ["semanticHigh", []],
  ]);
});
