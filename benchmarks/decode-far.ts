/**
 * `npm run benchmark -- decode-far [--batch 8] [--layers 24] [--rounds 31]`: FAR-Base (arXiv 2411.16681)
 * drawing images with guidance, ours with weights of 32, 8 and 4 bits beside a PyTorch twin with a cache.
 * A step is 8 positions, so 31 rounds are the positions 1 to 248 of an image in order.
 */
import type { Measured } from "./harness/alternate.js";
import { type Benchmark, nodeSubject, option, pythonSubject } from "./harness/benchmark.js";

const POSITIONS = 8;
const batch = option("batch", "1");
const layers = option("layers", "24");
const sizes = [batch, String(POSITIONS), layers] as const;
const ours = (precision: string) =>
  nodeSubject(`ours, ${precision}`, "subjects/far.ts", precision, ...sizes);
const twin = (precision: string) =>
  pythonSubject(`PyTorch, ${precision}`, "decode_far.py", precision, ...sizes);
const MEMORY = "reading 1 GiB";

const perPosition = (measured: Measured) => median(measured.elapsedMs) / POSITIONS;

/** Bytes of weights that one position has to read: all but the rows of tables that nobody looks up. */
function bytesRead({ name, description }: Measured): number {
  const bits = name.includes("int8") ? 8 + 32 / 32 : name.includes("int4") ? 4 + 32 / 32 : 32;
  const tables = (2 * 16384 + 1001) * 1024;
  return (((description.parameters as number) - tables) * bits) / 8;
}

export const benchmark: Benchmark = {
  title: `FAR-Base with guidance, ${batch} images at once, ${POSITIONS} positions a step`,
  subjects: [
    ours("float32"),
    ours("int8"),
    ours("int4"),
    twin("float32"),
    twin("int8"),
    pythonSubject(MEMORY, "bandwidth.py"),
  ],
  rounds: 31,
  warmUp: 0,
  conclude(measured) {
    const find = (name: string) => measured.find((one) => one.name === name)!;
    const memory = find(MEMORY);
    const bandwidth = (memory.description.bytes as number) / Math.min(...memory.elapsedMs) / 1e6;
    const lines = measured
      .filter((one) => one !== memory)
      .map((one) => {
        const { name, elapsedMs, peakBytes } = one;
        const [first, last] = [elapsedMs.slice(0, 4), elapsedMs.slice(-4)].map(
          (part) => median(part) / POSITIONS,
        );
        const tokens = (1000 * Number(batch)) / perPosition(one);
        const best = Math.min(...elapsedMs) / POSITIONS;
        const reads = bytesRead(one) / best / 1e6;
        const ratio = perPosition(find("PyTorch, float32")) / perPosition(one);
        return [
          name,
          tokens.toFixed(1),
          `${best.toFixed(1)} ms`,
          ratio.toFixed(2),
          `${reads.toFixed(1)} GB/s (${((100 * reads) / bandwidth).toFixed(0)} %)`,
          `${first!.toFixed(1)} → ${last!.toFixed(1)} ms`,
          `${(peakBytes / 1e9).toFixed(2)} GB`,
        ];
      });
    const header = [
      "subject",
      "positions/s, median",
      "best a position",
      "times PyTorch float32",
      "weights read, of the bandwidth",
      "first → last positions",
      "peak memory",
    ];
    return [header, header.map(() => "---"), ...lines]
      .map((cells) => `| ${cells.join(" | ")} |`)
      .concat(
        "",
        `Memory is read at ${bandwidth.toFixed(1)} GB/s (PyTorch's sum of 1 GiB, best).`,
        "",
      )
      .join("\n");
  },
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
