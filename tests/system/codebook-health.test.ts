/** A tokenizer's training tells of sick codebooks in its run's events, and of healthy ones nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRunFolder,
  diagnoseRun,
  type RunEvent,
  readEvents,
  runStage,
} from "@fqgan/experiment";
import { afterAll, expect, it } from "vitest";

const runs = mkdtempSync(join(tmpdir(), "fqgan-health-"));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

const STEPS = 150;
const network = {
  name: "convolutional",
  channels: 8,
  multipliers: [1, 2],
  residualBlocks: 1,
  groups: 4,
};
const seedCodebooks = { images: 64, iterations: 5 };

interface Plant {
  readonly training: Readonly<Record<string, unknown>>;
  readonly quantizer?: Readonly<Record<string, unknown>>;
}

/** Trains 64 codes on small emoji. */
async function train(id: string, { training, quantizer = {} }: Plant) {
  const warnings: string[] = [];
  const folder = createRunFolder(runs, {
    format: 1,
    id,
    label: id,
    kind: "tokenizer",
    revision: 2,
    seed: 0,
    config: {
      data: { name: "emoji", size: 16 },
      model: {
        image: { size: 16 },
        latentChannels: 16,
        encoder: network,
        decoder: network,
        codebooks: {
          visual: { quantizer: { name: "vq", size: 64, entropy: { weight: 0.03 }, ...quantizer } },
        },
      },
      train: { steps: STEPS, batchSize: 16, validateEverySteps: STEPS, ...training },
      evaluate: { metrics: [{ name: "codebook-usage" }], validationImages: 16, pictures: 2 },
    },
    inputs: {},
    createdAt: "",
    git: null,
    versions: {},
  });
  const { signal } = new AbortController();
  await runStage(folder, {
    signal,
    checkpointEveryMs: 1e9,
    onWarning: (message) => warnings.push(message),
  });
  const events = readEvents(folder).filter(({ code }) => code === "codebook-health");
  return { folder, warnings, events: events as (RunEvent & { [detail: string]: unknown })[] };
}

it("raises no alarm in a healthy run", async () => {
  const { folder, events } = await train("healthy", {
    training: { learningRate: 1e-3, seedCodebooks },
  });
  expect(events).toEqual([]);
  expect(diagnoseRun(folder)[0]!.findings).toEqual([]);
});

it("tells of far too high a learning rate before a tenth of the run is over", async () => {
  const { folder, events, warnings } = await train("sick", {
    training: { learningRate: 0.3, seedCodebooks },
    quantizer: { normalize: "none", dimensions: 4, entropy: { weight: 0 } },
  });
  expect(events[0]!.step).toBeLessThan(STEPS / 10);
  expect(events[0]).toMatchObject({ codebook: "visual", cause: expect.any(String) });
  expect(warnings[0]).toMatch(/^visual: .*likely cause: .*try first: /);
  expect(diagnoseRun(folder)[0]!.findings.length).toBeGreaterThan(0);
});
