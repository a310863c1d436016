import { type GeneratorInput, Sampler } from "@fqgan/ar-generator";
import { startEngine, tf } from "@fqgan/tensor";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../index.js";
import { openedGenerator, tinyGenerator, tinyTokenizer } from "../testing/tiny.js";
import { compareGenerator } from "./compare-generator.js";
import { exportGenerator } from "./generator.js";
import { exportTokenizer } from "./tokenizer.js";

beforeAll(() => startEngine({ engine: "cpu" }));
afterEach(() => tf.disposeVariables());

const sizes = { visual: 16, semantic: 12 };
const classes = ["cat", "dog", "sun"];

async function exported(
  generator = tinyGenerator(),
  options: Partial<Parameters<typeof exportGenerator>[1]> = {},
) {
  const { precision = "float32" } = options;
  const tokenizer = await exportTokenizer(tinyTokenizer(sizes), { preset: "tiny", precision });
  const { hash } = tokenizer.manifest.tokenizer;
  return exportGenerator(generator, {
    preset: "tiny",
    tokenizer,
    tokenizerHash: hash,
    classes,
    ...options,
  });
}

const heads: Readonly<Record<string, Partial<GeneratorInput>>> = {
  linear: { head: { name: "linear" } },
  mlp: { head: { name: "mlp", ratio: 2 } },
  factorized: { head: { name: "factorized", layers: 2 }, keyValueHeads: 1 },
  depth: { head: { name: "depth", layers: 1 }, aggregation: { name: "sum" } },
};

describe.each(Object.entries(heads))("a generator with the head %s", (_, changes) => {
  it("draws the codes that Sampler draws", async () => {
    const generator = tinyGenerator(changes);
    const files = await exported(generator, { images: 2 });
    const open = await openedGenerator(files);
    const compared = await compareGenerator(generator, open, { classes: [0, 1, 2], seed: 3 });
    expect(compared).toMatchObject({ images: 3, codes: 3 * 2 * 16, differing: 0 });
    expect(compared.logits).toBeLessThan(1e-4);
    const options = {
      classes: [2, 0],
      seed: 9,
      topK: { visual: 5, semantic: 0 },
      temperature: [0.9, 1.2],
      guidance: { scale: 2, schedule: "linear" },
    };
    const ours = await new Sampler(generator, { batch: 2 }).generate(options);
    const theirs = await open.generate(options);
    for (const [name, { data }] of Object.entries(ours)) expect(theirs[name]).toEqual(data);
  });
});

describe("an exported generator", () => {
  it("streams positions as they are drawn, in its run's way unless told", async () => {
    const files = await exported(tinyGenerator(), { sampling: { temperature: 0 } });
    const open = await openedGenerator(files);
    const cells: (readonly number[])[] = [];
    const drawn: number[] = [];
    for await (const { cell, codes } of open.stream({ classes: [1], seed: 0 })) {
      cells.push(cell);
      drawn.push(codes.semantic![0]!);
    }
    expect(cells.length).toBe(16);
    expect(cells.slice(0, 5)).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 0],
    ]);
    // At temperature 0 the seed decides nothing.
    expect([...(await open.generate({ classes: [1], seed: 7 })).semantic!]).toEqual(drawn);
    const warm = await open.generate({ classes: [1], seed: 7, temperature: 2 });
    expect([...warm.semantic!]).not.toEqual(drawn);
  });

  it("lies beside its tokenizer, described by one manifest", async () => {
    const { manifest, files } = await exported();
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(["encoder.onnx", "decoder.onnx", "generator.onnx", "head-1.onnx"]),
    );
    expect(readManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
    const { generator } = manifest;
    expect(generator).toMatchObject({ classes, nullClass: 3, rows: 2, codebooks: sizes });
    expect(generator!.stages).toEqual([["visual"], ["semantic"]]);
    expect(generator!.caches[0]).toEqual({
      input: "cache.layers.0.keys",
      output: "next.cache.layers.0.keys",
      shape: [2, 2, 16, 8],
    });
  });

  it("stores weights in fewer bytes, and loses little of the logits", async () => {
    const generator = tinyGenerator({ width: 64, heads: 4, layers: 1, grid: [4, 4] });
    const whole = (await exported(generator)).files.get("generator.onnx")!.length;
    const lossOf = async (precision: "float16" | "int8") => {
      const files = await exported(generator, { precision });
      const share = files.files.get("generator.onnx")!.length / whole;
      const draw = { classes: [0], seed: 1 };
      const { logits } = await compareGenerator(generator, await openedGenerator(files), draw);
      return { share, logits };
    };
    const [half, quarter] = [await lossOf("float16"), await lossOf("int8")];
    expect(half.share).toBeLessThan(0.65);
    expect(quarter.share).toBeLessThan(0.45);
    expect(half.logits).toBeLessThan(quarter.logits);
  });

  it("refuses another tokenizer's codes, and an export without a generator", async () => {
    await expect(exported(tinyGenerator(), { tokenizerHash: "other" })).rejects.toThrow(
      "codes of another tokenizer: expected tokenizer other",
    );
    const alone = await exportTokenizer(tinyTokenizer(), { preset: "tiny" });
    await expect(openedGenerator(alone)).rejects.toThrow(
      "tiny: expected an export of a generator, got one of a tokenizer alone",
    );
  });
});
