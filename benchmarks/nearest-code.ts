/**
 * The nearest code of 16,384 vectors for each pair of `--sizes` and `--dimensions`: compiled, beside
 * tfjs-wasm op by op (the same program, tile by tile) and PyTorch with the best of three tile sizes.
 */
import { type Benchmark, nodeSubject, option, pythonSubject } from "./harness/benchmark.js";

const numbers = (text: string) => text.split(",").map(Number);
const sizes = numbers(option("sizes", "1024,4096,16384,65536,262144"));
const dimensions = numbers(option("dimensions", "8,256"));
const count = Number(option("count", "16384"));
/** tfjs-wasm is left out where it would multiply more than this: minutes a round. */
const wasmLimit = Number(option("wasm-limit", String(2 ** 38)));

export const benchmarks: readonly Benchmark[] = dimensions.flatMap((width) =>
  sizes.map((size): Benchmark => {
    const problem = JSON.stringify({ count, size, dimensions: width });
    const work = count * size * width;
    return {
      title: `K = ${size.toLocaleString("en")}, D = ${width}`,
      subjects: [
        nodeSubject("ours", "subjects/nearest-code.ts", "onnx", problem),
        pythonSubject("PyTorch", "nearest_code.py", problem),
        ...(work <= wasmLimit
          ? [nodeSubject("tfjs-wasm", "subjects/nearest-code.ts", "wasm", problem)]
          : []),
      ],
      // Long ones need no more than a few rounds.
      rounds: Math.max(3, Math.min(20, Math.round(2 ** 34 / work))),
      warmUp: 1,
    };
  }),
);
