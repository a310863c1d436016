import { compile, createKey, type HostTensor, hostTensor, type Tensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import type { CodeBatch } from "./codes.js";
import { Decoder } from "./decoder.js";
import { randomBatch, randomGenerator, tiny } from "./testing/tiny.js";
import { createGenerator, type Generator } from "./transformer.js";

/** [B·N·size] by codebook */
async function logitsOf(generator: Generator, { codes, labels }: CodeBatch) {
  const program = compile<
    { codes: CodeBatch["codes"]; labels: HostTensor },
    Record<string, Tensor>
  >((fed) => generator.logits(fed.labels, fed.codes));
  return program({ codes, labels });
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);

/** The column of position t of codes [B, N]. */
const column = ({ data, shape }: HostTensor, t: number) =>
  Int32Array.from({ length: shape[0]! }, (_, image) => data[image * shape[1]! + t]!);

const variants = {
  factorized: {},
  "factorized, shared keys and values": { keyValueHeads: 1 },
  "factorized, unrotated class, summed": {
    classRotation: "unrotated",
    aggregation: { name: "sum" },
  },
  linear: { head: { name: "linear" } },
  mlp: { head: { name: "mlp", ratio: 2 } },
  single: { head: { name: "single" }, vocabularies: { code: 6 }, aggregation: { name: "sum" } },
  depth: { head: { name: "depth", layers: 1 }, aggregation: { name: "sum" } },
  "heads long enough for a kernel of their own": { width: 32 },
  "such heads with shared keys and values": { width: 64, heads: 4, keyValueHeads: 2 },
  "a depth head of such heads": {
    width: 32,
    head: { name: "depth", layers: 2 },
    aggregation: { name: "sum" },
  },
  "three codebooks": { vocabularies: { visual: 4, semanticMid: 3, semanticHigh: 5 } },
} as const;

describe.each(Object.entries(variants))("%s", (_name, changes) => {
  const generator = randomGenerator(changes as Partial<typeof tiny>);
  const batch = randomBatch(generator, 2);

  it("decodes with caches what it computes at once", async () => {
    const whole = await logitsOf(generator, batch);
    const decoder = new Decoder(generator, 2);
    const { stages } = generator.head;
    const labels = Int32Array.from(batch.labels.data);
    const at = (t: number) =>
      Object.fromEntries(generator.codebooks.map((name) => [name, column(batch.codes[name]!, t)]));
    for (let position = 0; position < generator.positions; position++) {
      const { context, logits } = await decoder.first(
        position,
        labels,
        at(Math.max(0, position - 1)),
      );
      const drawn: Record<string, Int32Array> = {};
      for (const [index, names] of stages.entries()) {
        const current = index === 0 ? logits : await decoder.later(index, context, drawn);
        for (const name of names) {
          const { data, shape } = whole[name]!;
          const size = shape[2]!;
          for (const image of [0, 1]) {
            const start = (image * generator.positions + position) * size;
            const expected = data.subarray(start, start + size);
            const actual = current[name]!.data.subarray(image * size, (image + 1) * size);
            const largest = Math.max(1, ...expected.map(Math.abs));
            expect(largestDifference(actual, expected)).toBeLessThan(1e-5 * largest);
          }
        }
        for (const name of names) drawn[name] = column(batch.codes[name]!, position);
      }
    }
    decoder.dispose();
  });

  it("sees only what was written before", async () => {
    const before = await logitsOf(generator, batch);
    const names = generator.codebooks;
    const t = 2;
    for (const [changedIndex, changed] of names.entries()) {
      const { data, shape } = batch.codes[changed]!;
      const altered = Int32Array.from(data);
      altered[t] = (altered[t]! + 1) % generator.config.vocabularies[changed]!;
      const codes = { ...batch.codes, [changed]: hostTensor(altered, shape) };
      const after = await logitsOf(generator, { ...batch, codes });
      const stageOf = (name: string) =>
        generator.head.stages.findIndex((stage) => stage.includes(name));
      for (const name of names) {
        const size = before[name]!.shape[2]!;
        const row = (logits: HostTensor, position: number) =>
          logits.data.subarray(position * size, (position + 1) * size);
        const difference = (position: number) =>
          largestDifference(row(before[name]!, position), row(after[name]!, position));
        for (let position = 0; position < t; position++) expect(difference(position)).toBe(0);
        const laterStage = stageOf(name) > stageOf(names[changedIndex]!);
        if (laterStage) expect(difference(t)).toBeGreaterThan(1e-4);
        else expect(difference(t)).toBe(0);
        expect(difference(t + 1)).toBeGreaterThan(1e-4);
      }
      // The other image of the batch is untouched.
      const half = before[changed]!.data.length / 2;
      expect(after[changed]!.data.subarray(half)).toEqual(before[changed]!.data.subarray(half));
    }
  });
});

describe("Generator", () => {
  it("starts uniform over the codes", async () => {
    const generator = createGenerator(tiny, createKey(3));
    const logits = await logitsOf(generator, randomBatch(generator, 1));
    expect(logits.visual!.shape).toEqual([1, 4, 7]);
    expect(new Set(logits.visual!.data)).toEqual(new Set([0]));
  });

  it("tells classes apart, and the null class from all of them", async () => {
    const generator = randomGenerator();
    const { codes } = randomBatch(generator, 1);
    const first = async (label: number) =>
      (await logitsOf(generator, { codes, labels: hostTensor(Int32Array.of(label)) })).visual!.data;
    const rows = [await first(0), await first(1), await first(generator.nullClass)];
    expect(largestDifference(rows[0]!, rows[1]!)).toBeGreaterThan(1e-3);
    expect(largestDifference(rows[0]!, rows[2]!)).toBeGreaterThan(1e-3);
  });

  it.each([
    [
      { head: { name: "factorised" } },
      'head: unknown name "factorised"; did you mean "factorized"?',
    ],
    [{ head: { name: "single" } }, "expected one codebook, got 2 (visual, semantic)"],
    [{ head: { name: "linear", layers: 2 } }, "layers: unknown key"],
    [{ vocabularies: { visual: 0 } }, "vocabularies.visual"],
    [{ vocabularies: {} }, "vocabularies: expected at least one codebook"],
    [{ heads: 3 }, "heads: expected width / heads to be a multiple of 4"],
    [{ keyValueHeads: 4 }, "keyValueHeads: expected a divisor of heads = 2, got 4"],
    [{ widht: 8 }, "did you mean width?"],
  ])("refuses %j", (changes, message) => {
    const config = { ...tiny, ...changes } as typeof tiny;
    expect(() => createGenerator(config, createKey(1))).toThrow(message);
  });
});
