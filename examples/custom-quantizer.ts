/**
 * A quantizer of one's own in one file: it is registered by a name, a preset names it, and from then on
 * everything that takes a preset's name trains it. What comes out is a run folder like any other.
 *
 *     npx tsx --conditions=@fqgan/source examples/custom-quantizer.ts runs 300
 */
import { join } from "node:path";
import { createRuns, planExperiment, readSummary, runStage } from "@fqgan/experiment";
import {
  checkLatents,
  defineQuantizer,
  type Quantizer,
  quantizers,
  stopGradient,
} from "@fqgan/quantizer";
import { nn, type Tensor, type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";
import { tokenizerPresets } from "@fqgan/tokenizer";
import { z } from "zod";

/** Every coordinate becomes -1, 0 or 1: 3^D codes, and nothing to learn. */
class Ternary extends nn.Module implements Quantizer {
  readonly size: number;

  constructor(readonly dimensions: number) {
    super();
    this.size = 3 ** dimensions;
  }

  quantize(input: Tensor2D) {
    checkLatents("ternary", input, this.dimensions);
    const latents = tf.tanh(input); // [N, D], where the decoder's gradient enters
    const codes = tf.round(stopGradient(latents)); // [N, D] of -1, 0, 1
    const indices = tf.cast(tf.sum(tf.mul(tf.add(codes, 1), this.#places()), 1), "int32");
    return { latents, codes, indices: indices as Tensor1D, losses: {} };
  }

  lookup(indices: Tensor1D): Tensor2D {
    const column = tf.reshape(tf.cast(indices, "float32"), [-1, 1]); // [N, 1]
    const digits: Tensor = tf.mod(tf.floor(tf.div(column, this.#places())), 3); // [N, D]
    return tf.sub(digits, 1) as Tensor2D;
  }

  /** What a unit of each coordinate adds to the index, [1, D]. */
  #places(): Tensor2D {
    return tf.tensor2d([Array.from({ length: this.dimensions }, (_, i) => 3 ** i)]);
  }
}

quantizers.register(
  defineQuantizer({
    name: "ternary",
    summary: "Every coordinate becomes -1, 0 or 1",
    reference: "https://arxiv.org/abs/2309.15505",
    options: { dimensions: z.int().min(1).max(19).default(5) },
    example: { dimensions: 3 },
    create: ({ dimensions }) => new Ternary(dimensions),
  }),
);

tokenizerPresets.register({
  name: "ternary-mini",
  summary: "vqgan-mini with 3^5 = 243 codes that nobody learns",
  base: "vqgan-mini",
  changes: {
    codebooks: {
      visual: { quantizer: { name: "ternary", dimensions: 5 }, adapter: { name: "none" } },
    },
  },
  options: {},
  fidelity: { level: "mini" },
});

const [runs = "runs", steps = "300"] = process.argv.slice(2);
const experiment = {
  data: { name: "emoji", size: 32 },
  tokenizer: {
    preset: "ternary-mini",
    train: { steps: Number(steps), batchSize: 16 },
    evaluate: { metrics: [{ name: "psnr" }, { name: "codebook-usage" }] },
  },
};
const [stage] = planExperiment(experiment, 0, "custom-quantizer.ts");
createRuns(runs, [stage!]);
const folder = join(runs, stage!.id);
await runStage(folder, { signal: new AbortController().signal, checkpointEveryMs: 30_000 });
console.log(folder, readSummary(folder)!.metrics);
