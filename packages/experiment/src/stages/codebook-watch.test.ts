import { describe, expect, it } from "vitest";
import { watchCodebooks } from "./codebook-watch.js";

describe("watching codebooks", () => {
  const codebooks = { visual: { size: 16 }, semanticLevel1: { size: 16 } };
  const spread = Int32Array.from({ length: 2048 }, (_, i) => i % 16);

  /** Warnings while every step chooses these codes. */
  function warningsOf(
    scalars: (step: number) => Record<string, number>,
    visual: Int32Array,
    directional: readonly string[] = [],
  ) {
    const warnings: { [detail: string]: unknown }[] = [];
    const watch = watchCodebooks(
      { warn: (it) => void warnings.push(it) },
      {
        codebooks,
        steps: 9,
        directional,
      },
    );
    for (let step = 1; step < 9; step++)
      watch({ step, scalars: scalars(step), codes: { visual, semanticLevel1: spread } });
    return warnings;
  }

  it("warns once, with cause, advice and the figures", () => {
    const warnings = warningsOf(() => ({}), new Int32Array(2048));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      code: "codebook-health",
      step: 3,
      codebook: "visual",
      symptom: "collapsed",
      evidence: "perplexity 1.00 of 16 codes",
      cause: expect.stringContaining("never chosen"),
    });
    expect(warnings[0]!.message).toMatch(
      /^visual: the codebook has collapsed \(perplexity .*\); likely cause: .*; try first: .*; fqgan explain/,
    );
    expect((warnings[0]!.advice as { source: string }[])[0]!.source).toMatch(/arxiv/);
  });

  it("reads commitments and lengths of latents from the trainer's scalars", () => {
    const grows = (step: number) => ({
      "loss.visual.commitment": 0.01,
      "loss.semanticLevel1.commitment": 0.01 * 9 ** step,
      "latentNorm.semantic": 1,
      "latentNorm.visual": 3 ** step,
    });
    const found = warningsOf(grows, spread).map(({ codebook, symptom }) => [codebook, symptom]);
    expect(found.sort()).toEqual([
      ["semanticLevel1", "commitment-exploding"],
      ["visual", "latents-drifting"],
    ]);
    // Where only directions are compared, the length means nothing.
    const others = warningsOf(grows, spread, ["visual"]).map(({ symptom }) => symptom);
    expect(others).toEqual(["commitment-exploding"]);
  });

  it("knows a factor whose name another one's begins with", () => {
    const warnings: { [detail: string]: unknown }[] = [];
    const watch = watchCodebooks(
      { warn: (it) => void warnings.push(it) },
      { codebooks: { semanticHigh: { size: 16 }, semantic: { size: 16 } }, steps: 9 },
    );
    for (let step = 1; step < 9; step++) {
      const scalars = { "latentNorm.semanticHigh": 1, "latentNorm.semantic": 3 ** step };
      watch({ step, scalars, codes: { semanticHigh: spread, semantic: spread } });
    }
    expect(warnings.map(({ codebook, symptom }) => [codebook, symptom])).toEqual([
      ["semantic", "latents-drifting"],
    ]);
  });
});
