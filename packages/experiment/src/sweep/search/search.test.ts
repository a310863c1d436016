import { createKey, fold } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { planSweep } from "../plan.js";
import { sweepFileSchema } from "../sweep-file.js";
import { nextSamples, type Search, searchSchema, withSamples } from "./search.js";
import { type Dimension, dimensionSchema, placeOf, valueAt } from "./space.js";
import { type Observation, searches } from "./strategies.js";

const dimension = (value: unknown): Dimension => dimensionSchema.parse(value);

describe("space", () => {
  it("keeps to its ends, to whole numbers and to its values", () => {
    const rate = dimension({ from: 1e-4, to: 1e-2, scale: "log" });
    expect([0, 0.5, 1 - 1e-9].map((place) => valueAt(rate, place))).toEqual([1e-4, 1e-3, 1e-2]);
    const layers = dimension({ from: 2, to: 4, whole: true });
    expect([0, 0.34, 0.67, 0.999].map((place) => valueAt(layers, place))).toEqual([2, 3, 4, 4]);
    const size = dimension({ values: [64, 128] });
    expect([0, 0.49, 0.5, 0.99].map((place) => valueAt(size, place))).toEqual([64, 64, 128, 128]);
    expect(valueAt(rate, placeOf(rate, 0.00314))).toBe(0.00314);
    expect(() => dimension({ from: 0, to: 1, scale: "log" })).toThrow(/from above 0/);
  });
});

/** Looks for the lowest of a function of two numbers and a choice. */
function bestOf(name: string, samples: number, seed: number): number {
  const space = {
    x: dimension({ from: 0, to: 1 }),
    rate: dimension({ from: 1e-5, to: 1e-1, scale: "log" }),
    kind: dimension({ values: ["good", "bad", "worse"] }),
  };
  const loss = ({ x, rate, kind }: Record<string, unknown>) =>
    ((x as number) - 0.3) ** 2 +
    (0.25 * Math.log10((rate as number) / 1e-3)) ** 2 +
    (kind === "good" ? 0 : 0.3);
  const { strategy, config } = searches.parse({ name });
  const observed: Observation[] = [];
  for (let i = 0; i < samples; i++) {
    const sample = strategy.propose({ config, space, observed, key: fold(createKey(seed), i) });
    observed.push({ sample, loss: loss(sample) });
  }
  return Math.min(...observed.map((one) => one.loss));
}

describe("searches", () => {
  const seeds = Array.from({ length: 20 }, (_, seed) => seed);
  it("find better values by what they have seen than at random", () => {
    const mean = (name: string) =>
      seeds.reduce((sum, seed) => sum + bestOf(name, 40, seed), 0) / seeds.length;
    expect(mean("tpe")).toBeLessThan(0.5 * mean("random"));
  });
  it("propose the same for the same seed", () => {
    expect(bestOf("tpe", 20, 3)).toBe(bestOf("tpe", 20, 3));
  });
});

describe("a sweep that searches", () => {
  const file = sweepFileSchema.parse({
    name: "search",
    base: "emoji-mini",
    axes: { until: ["tokenizer"] },
    search: {
      strategy: { name: "tpe", startup: 3 },
      samples: 5,
      space: { "tokenizer.train.learningRate": { from: 1e-4, to: 1e-2, scale: "log" } },
      metric: "tokenizer/validation/psnr",
      goal: "max",
    },
    tables: [],
  });
  const search = file.search as Search;

  it("draws at random first, then as many as run at once", () => {
    const first = nextSamples(search, { samples: [], observed: [], round: 1 });
    expect(first).toHaveLength(3);
    const observed = first.map((sample, i) => ({ sample, loss: i }));
    expect(nextSamples(search, { samples: first, observed, round: 4 })).toHaveLength(2);
    expect(nextSamples(search, { samples: first, observed, round: 1 })).toHaveLength(1);
    const five = [...first, ...first.slice(0, 2)];
    expect(nextSamples(search, { samples: five, observed, round: 1 })).toHaveLength(0);
  });

  it("makes an axis of its samples", () => {
    const samples = nextSamples(search, { samples: [], observed: [], round: 1 });
    const { record, stages } = planSweep(withSamples(file, samples), { command: "fqgan" });
    expect(record.axes.sample).toHaveLength(3);
    expect(record.axes.sample![0]).toMatch(/^learningRate 0\.\d+$/);
    expect(
      new Set(stages.map(({ config }) => (config.train as { learningRate: number }).learningRate))
        .size,
    ).toBe(3);
  });

  it("never looks at the test split", () => {
    const refused = searchSchema.safeParse({ ...search, metric: "tokenizer/test/psnr" });
    expect(refused.success).toBe(false);
  });
});
