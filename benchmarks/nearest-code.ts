/**
 * npx tsx --conditions=@fqgan/source benchmarks/nearest-code.ts [--sizes 1024,16384] [--dimensions 8,256] [--rounds 3]
 * The nearest code of 16,384 vectors: compiled, beside PyTorch (two threads, the best of three block
 * sizes) in alternating rounds. Medians, with each process's peak memory so far.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { nearestCodes } from "@fqgan/quantizer";
import {
  compile,
  createKey,
  fold,
  type HostTensor,
  hostTensor,
  normal,
  startEngine,
  type Tensor,
  type Tensor2D,
} from "@fqgan/tensor";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1024,4096,16384,65536,262144" },
    dimensions: { type: "string", default: "8,256" },
    rounds: { type: "string", default: "3" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const list = (text: string) => text.split(",").map(Number);
const COUNT = 16_384;

const twin = spawn(
  values.python,
  [new URL("./pytorch/nearest_code.py", import.meta.url).pathname],
  {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OPENBLAS_CORETYPE: process.env.OPENBLAS_CORETYPE ?? "SkylakeX" },
  },
);
const lines = createInterface({ input: twin.stdout })[Symbol.asyncIterator]();
const answer = async () => JSON.parse((await lines.next()).value as string);
const { torch } = (await answer()) as { torch: string };
async function pytorchRound(size: number, dimensions: number) {
  twin.stdin.write(`${JSON.stringify({ size, dimensions })}\n`);
  return (await answer()) as { ms: number; peak_mib: number };
}

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
const engine = await startEngine();
console.log(
  `nearest code of ${COUNT} vectors; ${engine.name} (${engine.threads} threads), PyTorch ${torch}`,
);
console.log("     K    D   ours ms  PyTorch ms  ratio   our peak MiB  PyTorch's");
for (const dimensions of list(values.dimensions))
  for (const size of list(values.sizes)) {
    const random = (name: string, rows: number) =>
      hostTensor(normal(fold(createKey(0), name), rows * dimensions), [rows, dimensions]);
    const inputs = { latents: random("latents", COUNT), codebook: random("codebook", size) };
    const program = compile<{ latents: HostTensor; codebook: HostTensor }, { indices: Tensor }>(
      ({ latents, codebook }) => ({
        indices: nearestCodes({ latents: latents as Tensor2D, codebook: codebook as Tensor2D }),
      }),
    );
    const own: number[] = [];
    const theirs: number[] = [];
    await program(inputs);
    let peak = 0;
    for (let round = 0; round < Number(values.rounds); round++) {
      const { ms, peak_mib } = await pytorchRound(size, dimensions);
      theirs.push(ms);
      peak = peak_mib;
      const start = performance.now();
      await program(inputs);
      own.push(performance.now() - start);
    }
    program.dispose();
    const ownPeak = process.resourceUsage().maxRSS / 1024;
    const columns = [
      String(size).padStart(6),
      String(dimensions).padStart(4),
      median(own).toFixed(0).padStart(9),
      median(theirs).toFixed(0).padStart(11),
      (median(theirs) / median(own)).toFixed(2).padStart(6),
      ownPeak.toFixed(0).padStart(14),
      peak.toFixed(0).padStart(10),
    ];
    console.log(columns.join(" "));
  }
twin.stdin.end();
