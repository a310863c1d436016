import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import { decodeSafetensors, type HostTensor, hostTensor, type Trainer } from "@fqgan/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunConfig } from "../schema/run-format.js";
import { readEvents, readMetrics } from "../store/read-run.js";
import { createRunFolder, RunFolder } from "../store/run-folder.js";
import { trainLoop } from "./train-loop.js";

/** Sums what it is fed: its state tells which batches it has seen, in order. */
class Summing implements Trainer<number> {
  step = 0;
  value = 0;
  constructor(private readonly failAt = Number.POSITIVE_INFINITY) {}
  async trainStep(batch: number) {
    this.value = Math.fround(1.5 * this.value + batch);
    this.step += 1;
    return { loss: this.step === this.failAt ? Number.NaN : this.value };
  }
  async state() {
    return {
      value: hostTensor(Float32Array.of(this.value)),
      step: hostTensor(Int32Array.of(this.step)),
    };
  }
  restore({ value, step }: Record<string, HostTensor>, where: string) {
    if (!value || !step) throw new UserError(`${where}: not mine`);
    this.value = value.data[0]!;
    this.step = step.data[0]!;
  }
  dispose() {}
}

const config = (id: string): RunConfig => ({
  format: 1,
  id,
  label: "sum",
  kind: "tokenizer",
  revision: 1,
  seed: 0,
  config: {},
  inputs: {},
  createdAt: "",
  git: null,
  versions: {},
});

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "fqgan-loop-"));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

/** The first step that the last training showed. */
let shownFirst: number | undefined;

/** Trains in a run folder, stopping after some steps of this process. */
async function train(options: {
  id: string;
  stopAfter?: number;
  trainer?: Summing;
  checkpointEveryMs?: number;
}): Promise<"finished" | "stopped"> {
  const { id, stopAfter = Number.POSITIVE_INFINITY, trainer = new Summing() } = options;
  const run = await RunFolder.open(createRunFolder(runs, config(id)));
  const stop = new AbortController();
  const resumes = existsSync(join(run.path, "checkpoints", "last.safetensors"));
  const shown: number[] = [];
  let steps = 0;
  try {
    return await trainLoop({
      context: {
        run,
        signal: stop.signal,
        progress: ({ step }) => {
          if (shown.push(step) === 1 && resumes) return; // what was trained before
          steps += 1;
          if (steps >= stopAfter) stop.abort();
        },
        checkpointEveryMs: options.checkpointEveryMs ?? 60_000,
      },
      trainer,
      train: { steps: 20, batchSize: 2, logEverySteps: 1, validateEverySteps: 8 },
      batch: async (step) => step + 1,
      validate: async (step) => ({ doubled: 2 * step }),
    });
  } finally {
    run.close();
    shownFirst = shown[0];
  }
}

const losses = (id: string) =>
  readMetrics(join(runs, id)).map((row) => [
    row.step,
    row["train/loss"],
    row["validation/doubled"],
  ]);

describe("trainLoop", () => {
  it("goes on from where it was stopped as if it had not been", async () => {
    expect(await train({ id: "whole" })).toBe("finished");
    expect(await train({ id: "parts", stopAfter: 7 })).toBe("stopped");
    expect(losses("parts")).toHaveLength(7);
    expect(shownFirst).toBe(1);
    expect(await train({ id: "parts", stopAfter: 4 })).toBe("stopped");
    expect(shownFirst).toBe(7);
    expect(await train({ id: "parts" })).toBe("finished");
    expect(losses("parts")).toEqual(losses("whole"));
    expect(losses("whole").filter(([, , validation]) => validation !== undefined)).toHaveLength(3);
    const types = readEvents(join(runs, "parts")).map(({ type, step }) => `${type} ${step}`);
    expect(types).toEqual([
      "checkpoint 7",
      "stopped 7",
      "resumed 7",
      "checkpoint 11",
      "stopped 11",
      "resumed 11",
      "checkpoint 20",
    ]);
  });

  it("says in a checkpoint where its data and random numbers are", async () => {
    await train({ id: "told", stopAfter: 7 });
    const file = join(runs, "told", "checkpoints/last.safetensors");
    const { metadata } = decodeSafetensors(readFileSync(file), file);
    expect(metadata).toMatchObject({
      step: "7",
      imagesSeen: "14",
      seed: String(config("told").seed),
    });
  });

  it("does nothing more when it was finished already", async () => {
    await train({ id: "twice" });
    const before = losses("twice");
    expect(await train({ id: "twice" })).toBe("finished");
    expect(losses("twice")).toEqual(before);
  });

  it("stops with advice when the loss is no number, keeping the rows before", async () => {
    await expect(train({ id: "diverged", trainer: new Summing(5) })).rejects.toThrow(
      /step 5: the loss became NaN; lower train\.learningRate/,
    );
    expect(losses("diverged")).toHaveLength(4);
  });

  it("refuses the checkpoint of another run", async () => {
    await train({ id: "one", stopAfter: 3 });
    const { copyFileSync } = await import("node:fs");
    const other = createRunFolder(runs, config("other"));
    const last = "checkpoints/last.safetensors";
    copyFileSync(join(runs, "one", last), join(other, last));
    await expect(train({ id: "other" })).rejects.toThrow(
      /expected a checkpoint of other, got one of one/,
    );
  });
});
