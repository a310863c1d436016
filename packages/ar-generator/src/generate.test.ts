import { type HostTensor, tf } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { GeneratorEvaluator } from "./evaluator.js";
import { Sampler } from "./generate.js";
import { randomBatch, randomGenerator } from "./testing/tiny.js";

const generator = randomGenerator();
const data = (codes: Readonly<Record<string, HostTensor>>) =>
  Object.fromEntries(Object.entries(codes).map(([name, { data }]) => [name, [...data]]));

describe("Sampler", () => {
  it("draws codes of every vocabulary, repeatably by seed", async () => {
    const sampler = new Sampler(generator, { batch: 3 });
    const classes = [0, 1, 2];
    const first = await sampler.generate({ classes, seed: 1 });
    expect(Object.keys(first)).toEqual(["visual", "semantic"]);
    expect(first.visual).toMatchObject({ dtype: "int32", shape: [3, 4] });
    expect(Math.max(...first.semantic!.data)).toBeLessThan(5);
    expect(data(await sampler.generate({ classes, seed: 1 }))).toEqual(data(first));
    expect(data(await sampler.generate({ classes, seed: 2 }))).not.toEqual(data(first));
  });

  it("gives an image the same codes in any batch", async () => {
    const options = { seed: 7, guidance: { scale: 2 } };
    const classes = [2, 0, 1, 1, 0];
    const whole = await new Sampler(generator, { batch: 5 }).generate({ ...options, classes });
    const pairs = await new Sampler(generator, { batch: 2 }).generate({ ...options, classes });
    expect(data(pairs)).toEqual(data(whole));
    const last = { ...options, classes: [0], firstImage: 4 };
    const alone = await new Sampler(generator, { batch: 1 }).generate(last);
    expect([...alone.visual!.data]).toEqual([...whole.visual!.data.subarray(16)]);
  });

  it("streams positions in row-major order as they are drawn", async () => {
    const sampler = new Sampler(generator, { batch: 2 });
    const options = { classes: [1, 2], seed: 3 };
    const whole = await sampler.generate(options);
    const cells: (readonly number[])[] = [];
    for await (const { position, cell, codes } of sampler.stream(options)) {
      cells.push(cell);
      expect(codes.semantic![1]).toBe(whole.semantic!.data[4 + position]);
    }
    expect(cells).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
  });

  it("can be left in the middle of an image", async () => {
    const sampler = new Sampler(generator, { batch: 1 });
    const options = { classes: [1], seed: 3 };
    const whole = await sampler.generate(options);
    for await (const { position } of sampler.stream(options)) if (position === 1) break;
    expect(data(await sampler.generate(options))).toEqual(data(whole));
  });

  it("draws the same with frozen weights, until the weights move", async () => {
    const options = { classes: [0, 1], seed: 6, guidance: { scale: 2 } };
    const moving = randomGenerator();
    const live = new Sampler(moving, { batch: 2 });
    const frozen = new Sampler(moving, { batch: 2, weights: "frozen" });
    const before = data(await live.generate(options));
    expect(data(await frozen.generate(options))).toEqual(before);
    for (const variable of moving.trainableVariables()) variable.assign(tf.neg(variable) as never);
    expect(data(await live.generate(options))).not.toEqual(before);
    expect(data(await frozen.generate(options))).toEqual(before);
  });

  it.each([
    [{ classes: [3] }, "class 3 is out of range; expected a whole number from 0 to 2"],
    [
      { guidance: { scale: [1, 2, 3] } },
      "each of the 2 codebooks (visual, semantic), got a list of 3",
    ],
    [{ temperature: { visual: 1 } }, "temperature: expected one number or one for each"],
    [{ topK: 8 }, "topK: 8 is more than the 7 codes of visual"],
    [{ topK: [7, 6] }, "topK: 6 is more than the 5 codes of semantic"],
    [{ topP: 0 }, "topP"],
    [{ guidance: { schedule: "linaer" } }, 'did you mean "linear"?'],
    [
      { guidance: { scale: 2, interval: [3, 3] as [number, number] } },
      "expected the first position before the end",
    ],
    [{ seed: -1 }, "expected a whole number from 0 as seed, got -1"],
    [{ guidnace: { scale: 2 } }, "did you mean guidance?"],
  ])("refuses %j", async (changes, message) => {
    const sampler = new Sampler(generator, { batch: 2 });
    await expect(sampler.generate({ classes: [0], seed: 1, ...changes })).rejects.toThrow(message);
  });

  it("refuses a second stream while one is drawn, and too many classes for one", async () => {
    const sampler = new Sampler(generator, { batch: 1 });
    const stream = sampler.stream({ classes: [0], seed: 1 });
    await stream.next();
    await expect(sampler.generate({ classes: [0], seed: 1 })).rejects.toThrow("another batch");
    await stream.return();
    await expect(sampler.stream({ classes: [0, 1], seed: 1 }).next()).rejects.toThrow(
      "at most 1 classes in one stream, got 2",
    );
    expect((await sampler.generate({ classes: [0], seed: 1 })).visual!.data.length).toBe(4);
  });
});

describe("weights of fewer bits", () => {
  it("need frozen weights", async () => {
    const sampler = new Sampler(generator, { precision: "int8" });
    await expect(sampler.generate({ classes: [0], seed: 1 })).rejects.toThrow(
      "expected frozen weights for the precision int8",
    );
  });

  it("lose little of the likelihood, the fewer the more", async () => {
    const wide = randomGenerator({ width: 64, heads: 4 });
    const batch = randomBatch(wide, 8);
    const lossOf = async (precision: "float32" | "int8" | "int4") => {
      const evaluator = new GeneratorEvaluator(wide, { weights: "frozen", precision });
      const { loss } = await evaluator.losses(batch);
      evaluator.dispose();
      return loss!;
    };
    const exact = await lossOf("float32");
    const [int8, int4] = [
      Math.abs((await lossOf("int8")) - exact),
      Math.abs((await lossOf("int4")) - exact),
    ];
    expect(int8).toBeGreaterThan(0);
    expect(int8).toBeLessThan(0.03);
    expect(int4).toBeLessThan(0.5);
    expect(int8).toBeLessThan(int4);
  });
});
