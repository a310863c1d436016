import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planExperiment, planSweep } from "./plan.js";
import { readSweepFile, sweepFileSchema } from "./sweep-file.js";

const ablation = readSweepFile(join(import.meta.dirname, "../../../../sweeps/ablation.yaml"));
const experiment = {
  data: { name: "emoji", size: 32 },
  tokenizer: { preset: "fqgan-dual-mini", train: { steps: 10, batchSize: 4 } },
};

it("names what two of three share after them, and no axis that has one value", () => {
  const vq = { "tokenizer.preset": "vqgan-mini" };
  const { record, stages } = planSweep(
    sweepFileSchema.parse({
      name: "generators",
      base: "emoji-mini",
      axes: {
        guidance: { "guidance 2": { "generator.sample.guidance.scale": 2 } },
        generator: {
          wide: { ...vq, "generator.model.width": 128, "generator.model.head.name": "single" },
          narrow: { ...vq, "generator.model.width": 64, "generator.model.head.name": "single" },
          FAR: {},
        },
      },
    }),
    { command: "fqgan" },
  );
  expect(stages.map(({ label }) => label)).toEqual([
    "wide and narrow",
    "wide and narrow · codes",
    "wide",
    "narrow",
    "FAR",
    "FAR · codes",
    "FAR · generator",
  ]);
  expect(record.points.map(({ slug }) => slug)).toEqual(["wide", "narrow", "far"]);
});

describe("the ablation", () => {
  const { record, stages } = planSweep(ablation, { command: "fqgan" });

  it("is the six tokenizers of Table 3 and, on one of them, the three heads of Table 4", () => {
    expect(stages.map(({ kind, label }) => `${kind}: ${label}`)).toEqual([
      "tokenizer: VQ 256",
      "tokenizer: VQ 512",
      "tokenizer: FQ 256 × 2",
      "tokenizer: FQ 256 × 2 + disentanglement",
      "tokenizer: FQ 256 × 2 + representation",
      "tokenizer: FQ 256 × 2 + both",
      "codes: FQ 256 × 2 + both · codes",
      "generator: FQ 256 × 2 + both · linear",
      "generator: FQ 256 × 2 + both · mlp",
      "generator: FQ 256 × 2 + both · factorized",
    ]);
  });

  it("shares tokenizer and codes between the heads", () => {
    const withHeads = record.points.filter(({ stages: ids }) => ids.generator);
    expect(new Set(withHeads.map(({ stages: ids }) => ids.tokenizer)).size).toBe(1);
    expect(new Set(withHeads.map(({ stages: ids }) => ids.codes)).size).toBe(1);
    expect(new Set(withHeads.map(({ stages: ids }) => ids.generator)).size).toBe(3);
    expect(record.order).toEqual(stages.map(({ id }) => id));
  });

  it("differs in what its rows say and nothing else", () => {
    const models = stages
      .filter(({ kind }) => kind === "tokenizer")
      .map(({ config }) => {
        const { codebooks, losses } = config.model as {
          codebooks: Record<string, { quantizer: { size: number }; representation: unknown }>;
          losses: { disentanglement: number };
        };
        return [
          Object.values(codebooks).map(({ quantizer }) => quantizer.size),
          losses.disentanglement > 0,
          Object.values(codebooks).some(({ representation }) => representation !== null),
        ];
      });
    expect(models).toEqual([
      [[256], false, false],
      [[512], false, false],
      [[256, 256], false, false],
      [[256, 256], true, false],
      [[256, 256], false, true],
      [[256, 256], true, true],
    ]);
  });

  it("has other runs as quick, under another name", () => {
    const quick = planSweep(ablation, { command: "fqgan", variant: "quick" });
    expect(quick.record.name).toBe("ablation-quick");
    expect(quick.record.order.filter((id) => record.order.includes(id))).toEqual([]);
  });
});

describe("planExperiment", () => {
  it("gives an experiment the same ids whatever the order of its keys", () => {
    const { data, tokenizer } = experiment;
    const ids = (config: unknown) => planExperiment(config, 0, "test").map(({ id }) => id);
    expect(
      ids({ tokenizer: { train: { batchSize: 4, steps: 10 }, preset: tokenizer.preset }, data }),
    ).toEqual(ids(experiment));
    expect(planExperiment(experiment, 1, "test")[0]!.id).not.toBe(ids(experiment)[0]);
  });

  it("tells apart codebooks in another order, which decode differently", () => {
    const codebook = { quantizer: { name: "vq", size: 8 }, adapter: { name: "none" } };
    const withBooks = (codebooks: Record<string, unknown>) =>
      planExperiment(
        {
          ...experiment,
          tokenizer: { ...experiment.tokenizer, preset: "vqgan-mini", model: { codebooks } },
        },
        0,
        "test",
      )[0]!.id;
    expect(withBooks({ visual: null, a: codebook, b: codebook })).not.toBe(
      withBooks({ visual: null, b: codebook, a: codebook }),
    );
  });

  const refusal = (patch: Record<string, unknown>) => () =>
    planExperiment({ ...experiment, ...patch }, 0, "test");

  it("refuses what it does not know, with the nearest name", () => {
    const { tokenizer } = experiment;
    expect(refusal({ tokenizer: { ...tokenizer, preset: "fqgan-dual-mimi" } })).toThrow(
      /did you mean "fqgan-dual-mini"\?/,
    );
    expect(refusal({ tokenizer: { ...tokenizer, trian: {} } })).toThrow(
      /tokenizer\.trian: unknown key; did you mean (?:tokenizer\.)?train\?/,
    );
    expect(refusal({ data: { name: "emojis" } })).toThrow(/did you mean "emoji"\?/);
    const model = { codebooks: { visual: { quantizer: { name: "vqq", size: 8 } } } };
    expect(refusal({ tokenizer: { ...tokenizer, model } })).toThrow(
      /unknown name "vqq"; did you mean "vq"\?/,
    );
    const size = { codebooks: { visual: { quantizer: { size: 0 } } } };
    expect(refusal({ tokenizer: { ...tokenizer, model: size } })).toThrow(/size/);
  });

  it("refuses image sizes that do not meet", () => {
    const { tokenizer } = experiment;
    const model = { image: { size: 64 } };
    expect(refusal({ tokenizer: { ...tokenizer, model } })).toThrow(
      /tokenizer\.model\.image\.size: expected the data's 32, got 64/,
    );
  });
});

it("refuses a sweep file with an unknown key", () => {
  expect(sweepFileSchema.safeParse({ name: "x", base: {}, axis: {} }).success).toBe(false);
});
