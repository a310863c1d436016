import { createKey, hostTensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import type { CodeBatch } from "./codes.js";
import { GeneratorEvaluator } from "./evaluator.js";
import { randomBatch, randomGenerator, tiny } from "./testing/tiny.js";
import { createGenerator, type Generator } from "./transformer.js";

describe("GeneratorEvaluator", () => {
  it("maps losses to positions whose mean is the loss", async () => {
    const generator = randomGenerator();
    const evaluator = new GeneratorEvaluator(generator);
    const batch = randomBatch(generator, 3);
    const maps = await evaluator.positionLosses(batch);
    expect(maps.visual!.length).toBe(4);
    const losses = await evaluator.losses(batch);
    expect(losses["loss.visual"]).toBeCloseTo(maps.visual!.reduce((a, b) => a + b, 0) / 4, 9);
    expect(losses.loss).toBeCloseTo((losses["loss.visual"]! + losses["loss.semantic"]!) / 2, 9);
  });

  it("tells the loss of each image, which does not depend on the others", async () => {
    const generator = randomGenerator();
    const evaluator = new GeneratorEvaluator(generator);
    const batch = randomBatch(generator, 3);
    const ofImages = await evaluator.imageLosses(batch);
    const losses = await evaluator.losses(batch);
    for (const name of generator.codebooks)
      expect(ofImages[name]!.reduce((a, b) => a + b, 0) / 3).toBeCloseTo(
        losses[`loss.${name}`]!,
        9,
      );
    const third = {
      codes: Object.fromEntries(
        Object.entries(batch.codes).map(([name, { data }]) => [
          name,
          hostTensor(data.slice(2 * generator.positions), [1, generator.positions]),
        ]),
      ),
      labels: hostTensor(batch.labels.data.slice(2), [1]),
    };
    const alone = await new GeneratorEvaluator(generator).losses(third);
    expect(ofImages.visual![2]).toBeCloseTo(alone["loss.visual"]!, 5);
  });

  it("an untrained model is as uncertain as a uniform one everywhere", async () => {
    const generator = createGenerator(tiny, createKey(1));
    const maps = await new GeneratorEvaluator(generator).positionLosses(randomBatch(generator, 2));
    for (const nats of maps.semantic!) expect(nats).toBeCloseTo(Math.log(5), 5);
  });

  it("finds no information between sub-codes that a head draws at once", async () => {
    const generator = randomGenerator({ head: { name: "linear" } });
    const evaluator = new GeneratorEvaluator(generator);
    const information = await evaluator.subCodeInformation(randomBatch(generator, 2), {
      samples: 2,
    });
    for (const name of generator.codebooks)
      for (const nats of information[name]!) expect(Math.abs(nats)).toBeLessThan(1e-5);
  });

  it("finds the mutual information of a known distribution", async () => {
    // With one position and no class, p(visual) and p(semantic | visual) can be computed from the head.
    const generator = randomGenerator({
      vocabularies: { visual: 3, semantic: 3 },
      grid: [1, 1],
      classes: 1,
    });
    const evaluator = new GeneratorEvaluator(generator);
    const joint = await jointOf(generator);
    const marginal = [0, 1, 2].map((semantic) =>
      [0, 1, 2].reduce((sum, visual) => sum + joint[visual]![semantic]!, 0),
    );
    for (const [visual, semantic] of [
      [0, 1],
      [2, 2],
    ] as const) {
      const given = joint[visual]!.reduce((sum, p) => sum + p, 0);
      const expected = Math.log(joint[visual]![semantic]! / given / marginal[semantic]!);
      const information = await evaluator.subCodeInformation(one(visual, semantic), {
        samples: 1500,
      });
      expect(information.visual![0]).toBeCloseTo(0, 5);
      expect(Math.abs(information.semantic![0]! - expected)).toBeLessThan(0.06);
    }
  });
});

const one = (visual: number, semantic: number): CodeBatch => ({
  codes: {
    visual: hostTensor(Int32Array.of(visual), [1, 1]),
    semantic: hostTensor(Int32Array.of(semantic), [1, 1]),
  },
  labels: hostTensor(Int32Array.of(0)),
});

/** p(visual, semantic) by teacher forcing, [3][3] */
async function jointOf(generator: Generator): Promise<number[][]> {
  const evaluator = new GeneratorEvaluator(generator);
  const joint: number[][] = [];
  for (const visual of [0, 1, 2]) {
    const row: number[] = [];
    for (const semantic of [0, 1, 2]) {
      const nats = await evaluator.positionLosses(one(visual, semantic));
      row.push(Math.exp(-nats.visual![0]! - nats.semantic![0]!));
    }
    joint.push(row);
  }
  return joint;
}
