import { compile, type HostTensor, hostTensor, type Tensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import type { GeneratorInput } from "../config.js";
import { Sampler } from "../generate.js";
import { softmax } from "../sampling/draw.js";
import { chiSquare } from "../testing/chi-square.js";
import { randomGenerator } from "../testing/tiny.js";
import type { Generator } from "../transformer.js";

const heads: Readonly<Record<string, Partial<GeneratorInput>>> = {
  linear: { head: { name: "linear" } },
  mlp: { head: { name: "mlp", ratio: 2 } },
  factorized: { head: { name: "factorized", layers: 1 } },
  depth: { head: { name: "depth", layers: 1 }, aggregation: { name: "sum" } },
  single: { head: { name: "single" }, vocabularies: { code: 6 }, aggregation: { name: "sum" } },
};

/** p(c₁, c₂ …) of one position of class 1 by teacher forcing, by codes joined with commas. */
async function jointOf(generator: Generator): Promise<Map<string, number>> {
  let all: number[][] = [[]];
  for (const size of Object.values(generator.config.vocabularies))
    all = all.flatMap((known) => Array.from({ length: size }, (_, code) => [...known, code]));
  const program = compile<
    { labels: HostTensor; codes: Readonly<Record<string, HostTensor>> },
    Record<string, Tensor>
  >((fed) => generator.logits(fed.labels, fed.codes));
  const rows = generator.codebooks.map((name, i) => {
    const column = Int32Array.from(all, (codes) => codes[i]!);
    return [name, hostTensor(column, [all.length, 1])] as const;
  });
  const labels = hostTensor(new Int32Array(all.length).fill(1));
  const logits = await program({ labels, codes: Object.fromEntries(rows) });
  program.dispose();
  const probability = (codes: number[], row: number) =>
    codes.reduce((product, code, i) => {
      const { data, shape } = (logits as Record<string, HostTensor>)[generator.codebooks[i]!]!;
      const size = shape[2]!;
      return product * softmax(Float64Array.from(data.slice(row * size, (row + 1) * size)))[code]!;
    }, 1);
  return new Map(all.map((codes, row) => [codes.join(), probability(codes, row)]));
}

describe.each(Object.entries(heads))("%s", (_name, changes) => {
  it("draws all sub-codes of a position from their joint distribution", async () => {
    const small = { vocabularies: { visual: 3, semantic: 4 }, grid: [1, 1] as [number, number] };
    const generator = randomGenerator({ ...small, width: 8, layers: 1, ...changes });
    const joint = await jointOf(generator);
    const sampler = new Sampler(generator, { batch: 250, weights: "frozen" });
    const codes = await sampler.generate({ classes: new Array(1500).fill(1), seed: 3 });
    const counts = new Map([...joint.keys()].map((key) => [key, 0]));
    for (let image = 0; image < 1500; image++) {
      const key = generator.codebooks.map((name) => codes[name]!.data[image]).join();
      counts.set(key, counts.get(key)! + 1);
    }
    expect(chiSquare([...counts.values()], [...joint.values()])).toBeGreaterThan(0.01);
    sampler.dispose();
  });

  it("draws the same with guidance of scale 1 as without, and other codes with more", async () => {
    const generator = randomGenerator(changes);
    const sampler = new Sampler(generator, { batch: 4 });
    const options = { classes: [0, 1, 2, 0], seed: 5 };
    const plain = await sampler.generate(options);
    expect(await sampler.generate({ ...options, guidance: { scale: 1 } })).toEqual(plain);
    // Doubled, since the last position is guided; up to it nothing may change.
    const late = { scale: 9, interval: [3, 4] as [number, number] };
    const guided = await sampler.generate({ ...options, guidance: late });
    for (const name of generator.codebooks)
      for (const image of [0, 1, 2, 3]) {
        const before = (codes: typeof plain) =>
          codes[name]!.data.subarray(4 * image, 4 * image + 3);
        expect(before(guided)).toEqual(before(plain));
      }
    expect(await sampler.generate({ ...options, guidance: { scale: 9 } })).not.toEqual(plain);
    sampler.dispose();
  });
});
