/** Small generators with weights that are nowhere zero, for this package's tests. */
import { createKey, fold, hostTensor, normal, randomInteger, tf } from "@fqgan/tensor";
import type { CodeBatch } from "../codes.js";
import type { GeneratorInput } from "../config.js";
import { createGenerator, type Generator } from "../transformer.js";

export const tiny: GeneratorInput = {
  vocabularies: { visual: 7, semantic: 5 },
  grid: [2, 2],
  classes: 3,
  width: 16,
  layers: 2,
  heads: 2,
  feedForwardMultiple: 8,
  head: { name: "factorized", layers: 1 },
};

/** Output layers start at zero, which would hide mistakes: every weight is drawn anew. */
export function randomGenerator(changes: Partial<GeneratorInput> = {}, seed = 1): Generator {
  const generator = createGenerator({ ...tiny, ...changes });
  for (const [name, variable] of generator.namedVariables()) {
    const values = normal(fold(createKey(seed), name), variable.size);
    const [mean, scale] = variable.rank === 1 ? [1, 0.1] : [0, 0.4];
    const weights = values.map((value) => mean + scale * value);
    variable.assign(tf.tensor(weights, variable.shape) as never);
  }
  return generator;
}

/** Uniform codes and labels. */
export function randomBatch(generator: Generator, images: number, seed = 1): CodeBatch {
  const draw = (name: string, count: number, limit: number) =>
    Int32Array.from({ length: count }, (_, i) =>
      randomInteger(fold(createKey(seed), name, i), limit),
    );
  const { vocabularies, classes } = generator.config;
  const codes = Object.entries(vocabularies).map(([name, size]) => [
    name,
    hostTensor(draw(name, images * generator.positions, size), [images, generator.positions]),
  ]);
  return { codes: Object.fromEntries(codes), labels: hostTensor(draw("labels", images, classes)) };
}
