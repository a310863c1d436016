import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuns, planExperiment, readMetrics, readSummary, runStage } from "@fqgan/experiment";

// an experiment is data: presets, and what differs from them
const experiment = {
  data: { name: "emoji", size: 16 },
  tokenizer: {
    preset: "vqgan-mini",
    model: { codebooks: { visual: { quantizer: { size: 32 } } }, latentChannels: 16 },
    train: { steps: 10, batchSize: 8, validateEverySteps: 10 },
    evaluate: { metrics: [{ name: "psnr" }, { name: "codebook-usage" }] },
  },
};

// it becomes stages whose ids follow from what they compute …
export const stages = planExperiment(experiment, 0, "example");

// … and every stage a folder, which can be stopped, killed and started again
const runs = mkdtempSync(join(tmpdir(), "fqgan-example-"));
createRuns(runs, stages);
export const folder = join(runs, stages[0]!.id);
const { signal } = new AbortController();
export const outcome = await runStage(folder, { signal, checkpointEveryMs: 30_000 });

export const rows = readMetrics(folder); // { step, time, elapsedMs, "train/loss": … }
export const { metrics } = readSummary(folder)!; // { "test/psnr": …, "test/usage": …, bitsPerImage, … }
