/**
 * A training step's quantization without a codebook, of 16,384 vectors: losses (with LFQ's and BSQ's
 * entropies) and gradients. Its memory must not grow with K.
 */
import { type Benchmark, nodeSubject, option } from "./harness/benchmark.js";

const bits = option("bits", "10,14,18").split(",").map(Number);
const count = Number(option("count", "16384"));

export const benchmarks: readonly Benchmark[] = ["lfq", "bsq", "fsq"].flatMap((strategy) =>
  bits.map((own): Benchmark => {
    const problem = JSON.stringify({ count, bits: own });
    return {
      title: `${strategy}, about 2^${own} codes`,
      subjects: [nodeSubject("ours", "subjects/codebook-free.ts", strategy, problem)],
      rounds: 10,
      warmUp: 2,
    };
  }),
);
