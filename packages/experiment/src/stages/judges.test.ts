import { describe, expect, it } from "vitest";
import { planExperiment } from "../sweep/plan.js";
import { loadJudge, requireMeasurable } from "./judge.js";
import { loadOpinions } from "./judges.js";

const fid = { name: "fid" };

describe("who judges", () => {
  it("may be several networks, and one that compares pairs", async () => {
    const opinions = await loadOpinions({
      judges: { second: { extractor: { name: "random" }, metrics: [fid] } },
      perceptual: { name: "builtin-judge" },
    });
    expect(opinions.others.map(({ name, judge }) => [name, judge.name])).toEqual([
      ["second", "random-64-v1"],
    ]);
    expect(opinions.perceptual!.name).toBe("builtin-judge-distance-v1");
    opinions.dispose();
    expect((await loadOpinions({})).others).toEqual([]);
  });

  it("is refused what it can't give", async () => {
    const score = { name: "inception-score" };
    await expect(
      loadOpinions({ judges: { second: { extractor: { name: "random" }, metrics: [score] } } }),
    ).rejects.toThrow(/evaluate.judges.second.metrics: inception-score .* "random-64-v1" does not/);
    await expect(loadJudge({ extractor: { name: "random" }, metrics: [score] })).rejects.toThrow(
      /evaluate.metrics: inception-score needs a network that classifies/,
    );
  });

  it("is asked only for what there are networks and outlines for", () => {
    expect(() => requireMeasurable({ metrics: [{ name: "lpips" }] })).toThrow(
      /lpips needs a network that compares pairs/,
    );
    const perceptual = { name: "builtin-judge" };
    expect(() => requireMeasurable({ metrics: [{ name: "lpips" }], perceptual })).not.toThrow();
    const masked = { metrics: [{ name: "masked-psnr" }] };
    expect(() => requireMeasurable(masked, { hasMasks: false })).toThrow(/images with an outline/);
    expect(() => requireMeasurable(masked, { hasMasks: true })).not.toThrow();
  });

  it("is not asked about factors on test images where settings are chosen on others", () => {
    const plan = (evaluate: Record<string, unknown>) =>
      planExperiment(
        {
          data: { name: "emoji", size: 32 },
          until: "tokenizer",
          tokenizer: { preset: "fqgan-dual-mini", train: { steps: 1, batchSize: 4 }, evaluate },
        },
        0,
        "test",
      );
    expect(() => plan({ split: "validation", factors: {} })).toThrow(
      /factors: expected none where evaluate.split is validation/,
    );
    expect(plan({ split: "validation" })).toHaveLength(1);
  });
});
