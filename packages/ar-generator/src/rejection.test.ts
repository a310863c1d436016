import { describe, expect, it } from "vitest";
import { Sampler } from "./generate.js";
import { generateAccepted } from "./rejection.js";
import { randomGenerator } from "./testing/tiny.js";

const generator = randomGenerator({ grid: [1, 2] });
const sampler = new Sampler(generator, { batch: 8 });

describe("generateAccepted", () => {
  it("keeps the best of each class, in the order asked for", async () => {
    const seen: { label: number; code: number }[] = [];
    const codes = await generateAccepted(sampler, {
      classes: [2, 0, 2],
      seed: 4,
      acceptance: 0.25,
      score: ({ visual }, classes) => {
        const first = classes.map((_, image) => visual!.data[2 * image]!);
        seen.push(...classes.map((label, image) => ({ label, code: first[image]! })));
        return first;
      },
    });
    expect(seen.filter(({ label }) => label === 2).length).toBe(8);
    expect(seen.filter(({ label }) => label === 0).length).toBe(4);
    const best = (label: number) =>
      seen
        .filter((candidate) => candidate.label === label)
        .map(({ code }) => code)
        .sort((a, b) => b - a);
    const kept = [0, 1, 2].map((image) => codes.visual!.data[2 * image]);
    expect(kept).toEqual([best(2)[0], best(0)[0], best(2)[1]]);
    expect(codes.semantic!.shape).toEqual([3, 2]);
  });

  it("accepting all is plain sampling by class", async () => {
    const options = { classes: [1, 1], seed: 4 };
    const score = (_: unknown, classes: readonly number[]) => classes.map((_, image) => -image);
    expect(await generateAccepted(sampler, { ...options, acceptance: 1, score })).toEqual(
      await sampler.generate(options),
    );
  });

  it.each([0, 1.5, Number.NaN])("refuses to accept %d", async (acceptance) => {
    const options = { classes: [1], seed: 4, acceptance, score: () => [0] };
    await expect(generateAccepted(sampler, options)).rejects.toThrow(
      "acceptance: expected a share",
    );
  });
});
