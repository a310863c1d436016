/**
 * npx tsx --conditions=@fqgan/source benchmarks/far-decoding.ts [--batch 1] [--rounds 5] [--positions 8]
 * [--weights frozen]
 * Time a position of FAR with guidance takes, beside a PyTorch twin with a KV cache, in alternating rounds.
 * PyTorch gets the machine's best settings (OPENBLAS_CORETYPE, two threads) and says its version.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createGenerator, presetConfig, Sampler } from "@fqgan/ar-generator";
import { startEngine, tf } from "@fqgan/tensor";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "far-base" },
    batch: { type: "string", default: "1" },
    rounds: { type: "string", default: "5" },
    positions: { type: "string", default: "8" },
    weights: { type: "string", default: "live" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const batch = Number(values.batch);
const positions = Number(values.positions);

const twin = spawn(
  values.python,
  [
    new URL("./pytorch/far.py", import.meta.url).pathname,
    ...["--model", values.model, "--batch", values.batch, "--positions", values.positions],
  ],
  {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OPENBLAS_CORETYPE: process.env.OPENBLAS_CORETYPE ?? "SkylakeX" },
  },
);
const lines = createInterface({ input: twin.stdout })[Symbol.asyncIterator]();
const answer = async () => JSON.parse((await lines.next()).value as string);
const { torch } = (await answer()) as { torch: string };
async function pytorchRound(): Promise<number> {
  twin.stdin.write("\n");
  return ((await answer()) as { ms_per_position: number }).ms_per_position;
}

const engine = await startEngine();
const generator = createGenerator(presetConfig(values.model));
// Any weights will do, but zeros could be folded away, and normal ones take a minute to make.
for (const variable of generator.trainableVariables()) {
  const noise = new Float32Array(variable.size);
  for (let i = 0; i < noise.length; i++) noise[i] = Math.imul(i + 1, 0x9e3779b1) / 2 ** 37;
  variable.assign(tf.tensor(noise, variable.shape) as never);
}
const sampler = new Sampler(generator, { batch, weights: values.weights as "live" | "frozen" });
const options = {
  classes: Array.from({ length: batch }, (_, i) => i),
  seed: 0,
  temperature: 0,
  guidance: { scale: 2 },
};
/** Milliseconds a position, from position `start` on. */
async function ownRound(): Promise<number> {
  let started = 0;
  for await (const { position } of sampler.stream(options)) {
    // The first one may still compile.
    if (position === 0) started = performance.now();
    if (position === positions) break;
  }
  return (performance.now() - started) / positions;
}
await ownRound();

const own: number[] = [];
const pytorch: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  own.push(await ownRound());
  pytorch.push(await pytorchRound());
}
twin.stdin.end();
sampler.dispose();

const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;
const summary = (times: number[]) =>
  `median ${median(times).toFixed(0)} ms, best ${Math.min(...times).toFixed(0)} ms a position`;
const weights = generator.parameterCount() * 4;
console.log(
  `${values.model}, guidance, batch ${batch}: ${2 * batch} rows, ${values.rounds} rounds`,
);
console.log(
  `fqgan (${engine.name}, ${engine.threads} threads, ${values.weights} weights): ${summary(own)}`,
);
console.log(`PyTorch ${torch} (eager, 2 threads): ${summary(pytorch)}`);
console.log(
  `PyTorch / fqgan: median ${(median(pytorch) / median(own)).toFixed(2)}, ` +
    `best ${(Math.min(...pytorch) / Math.min(...own)).toFixed(2)}`,
);
console.log(
  `weights read: ${(weights / Math.min(...own) / 1e6).toFixed(1)} GB/s at best; ` +
    `memory ${(process.memoryUsage().rss / 1e9).toFixed(2)} GB`,
);
