/** What both training scripts do alike: flags, the loop, its progress. */
import { parseArgs } from "node:util";
import { createKey, type HostTensor, type Key } from "@fqgan/tensor";

export interface Settings {
  readonly out: string;
  readonly steps: number;
  readonly batch: number;
  readonly seed: string;
  readonly key: Key;
}

/** `--out`, `--steps`, `--batch` and `--seed`. */
export function readSettings(
  defaults: Record<"out" | "steps" | "batch" | "seed", string>,
): Settings {
  const option = (name: keyof typeof defaults) =>
    ({ type: "string", default: defaults[name] }) as const;
  const { values } = parseArgs({
    options: {
      out: option("out"),
      steps: option("steps"),
      batch: option("batch"),
      seed: option("seed"),
    },
  });
  const { out, seed } = values;
  return {
    out,
    steps: Number(values.steps),
    batch: Number(values.batch),
    seed,
    key: createKey(Number(seed)),
  };
}

/** Runs `step` that many times and shows a moving mean of its loss. */
export async function train(
  steps: number,
  step: (index: number) => Promise<{ readonly loss: HostTensor }>,
): Promise<void> {
  const started = performance.now();
  let mean = 0;
  for (let i = 0; i < steps; i++) {
    const loss = (await step(i)).loss.data[0]!;
    mean = i === 0 ? loss : 0.98 * mean + 0.02 * loss;
    if (i % 50 === 0 || i === steps - 1) {
      const seconds = (performance.now() - started) / 1000;
      console.error(`step ${i} loss ${mean.toFixed(3)} ${seconds.toFixed(0)} s`);
    }
  }
}
