/** What every registered metric must hold. */
import { createKey, fold, type HostTensor, hostTensor, normal, uniform } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createMetric, firstRows } from "./evaluate.js";
import type { MetricBatch } from "./metric.js";
import { decodeNpz, encodeNpz } from "./npz/npz.js";
import { metrics } from "./registry.js";

const COUNT = 30;
/** Options for 30 images of 12 × 13 pixels, where the defaults need more. */
const small: Readonly<Record<string, object>> = { "ms-ssim": { scales: 1 } };
const context = {
  extractor: { name: "test", hash: "0123", dimensions: 6 },
  codebooks: { visual: 16, semantic: 8 },
};

function makeBatch(): MetricBatch {
  const key = createKey(11);
  const noise = (name: string, ...shape: number[]) =>
    hostTensor(
      normal(
        fold(key, name),
        shape.reduce((a, b) => a * b, 1),
      ).map((value) => 0.3 * value),
      shape,
    );
  const indices = (name: string, size: number) =>
    hostTensor(
      Int32Array.from(uniform(fold(key, name), COUNT * 4), (u) => Math.floor(u * u * size)),
      [COUNT, 4],
    );
  return {
    spatial: { real: noise("s", COUNT, 5), fake: noise("t", COUNT, 5) },
    perceptual: hostTensor(uniform(fold(key, "p"), COUNT), [COUNT]),
    masks: hostTensor(uniform(fold(key, "m"), COUNT * 12 * 13), [COUNT, 12, 13]),
    images: { real: noise("x", COUNT, 12, 13, 3), fake: noise("y", COUNT, 12, 13, 3) },
    features: { real: noise("f", COUNT, 6), fake: noise("g", COUNT, 6) },
    logits: { real: noise("k", COUNT, 5), fake: noise("l", COUNT, 5) },
    codes: { visual: indices("v", 16), semantic: indices("s", 8) },
  };
}
const whole = makeBatch();

/** Rows `from` … `to` of everything in the batch. */
function slice(batch: MetricBatch, from: number, to: number): MetricBatch {
  const cut = (rows: HostTensor): HostTensor => {
    const first = firstRows(rows, to);
    const size = first.data.length / to;
    return {
      ...first,
      shape: [to - from, ...rows.shape.slice(1)],
      data: first.data.subarray(from * size),
    };
  };
  const cutAll = <T extends object>(record: T) =>
    Object.fromEntries(Object.entries(record).map(([name, rows]) => [name, cut(rows)])) as T;
  return Object.fromEntries(
    Object.entries(batch).map(([name, record]) => [
      name,
      "data" in record ? cut(record) : cutAll(record),
    ]),
  ) as MetricBatch;
}

describe.each(metrics.list())("$name", (strategy) => {
  const create = () => createMetric({ name: strategy.name, ...small[strategy.name] }, context);
  const expectedResult = async () => {
    const metric = create();
    metric.update(whole);
    return metric.compute();
  };

  it("describes every value that it gives, and all are numbers", async () => {
    const expected = await expectedResult();
    expect(Object.keys(expected.values).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(expected.values)) {
      expect(value).not.toBeNaN();
      const plain = name.slice(name.lastIndexOf(".") + 1);
      expect(strategy.describes[name] ?? strategy.describes[plain]).toBeDefined();
    }
    expect(expected.metric).toBe(strategy.name);
  });

  it("does not depend on the batch size", async () => {
    const expected = await expectedResult();
    for (const size of [1, 7]) {
      const metric = create();
      for (let from = 0; from < COUNT; from += size)
        metric.update(slice(whole, from, Math.min(COUNT, from + size)));
      expect(await metric.compute()).toEqual(expected);
    }
  });

  it("merges shards, through a file, to what one pass gives", async () => {
    const expected = await expectedResult();
    const [metric, shard] = [create(), create()];
    metric.update(slice(whole, 0, 11));
    shard.update(slice(whole, 11, COUNT));
    metric.merge(decodeNpz(encodeNpz(shard.state()), "shard.npz"));
    const merged = await metric.compute();
    expect(merged.protocol).toEqual(expected.protocol);
    for (const [name, value] of Object.entries(expected.values))
      expect(merged.values[name]).toBeCloseTo(value, 10);
  });

  it("goes on from a saved state", async () => {
    const expected = await expectedResult();
    const [first, second] = [create(), create()];
    first.update(slice(whole, 0, 20));
    second.merge(first.state());
    second.update(slice(whole, 20, COUNT));
    expect((await second.compute()).values).toEqual(expected.values);
  });

  it("only reads what it says it needs", async () => {
    const expected = await expectedResult();
    const metric = create();
    metric.update(
      Object.fromEntries(strategy.needs.map((input) => [input, whole[input]])) as MetricBatch,
    );
    expect(await metric.compute()).toEqual(expected);
  });

  it("says what is missing before it has seen anything", async () => {
    if (strategy.name !== "codebook-usage-window")
      await expect(create().compute()).rejects.toThrow(
        new RegExp(`^${strategy.name}: expected .* got (0|none)`),
      );
  });

  it("refuses an option that it does not have", () => {
    expect(() => createMetric({ name: strategy.name, colour: 1 }, context)).toThrow(
      /colour: unknown key/,
    );
  });
});
