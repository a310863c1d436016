/**
 * `npm run benchmark -- run-fqgan --task encode|decode [--size full|medium|mini] [--batch 1]`: FQGAN
 * writing images as codes, or drawing them, beside a PyTorch twin.
 */
import { type Benchmark, nodeSubject, option, pythonSubject } from "./harness/benchmark.js";
import { fullFqgan, mediumFqgan, miniFqgan } from "./models/fqgan.js";

const models = { full: fullFqgan, medium: mediumFqgan, mini: miniFqgan };
const task = option("task", "encode");
const size = option("size", "full") as keyof typeof models;
const batch = option("batch", "1");
const config = models[size]();
const json = JSON.stringify(config);
const side = config.image.size;
const ours = (name: string, ...more: string[]) =>
  nodeSubject(name, "subjects/fqgan.ts", task, json, batch, ...more);

export const benchmark: Benchmark = {
  title: `${task} with FQGAN-Dual ${size}, ${side}×${side}, batch ${batch}`,
  subjects: [
    ours("ours, weights frozen", "frozen"),
    ours("ours"),
    pythonSubject("PyTorch", "run_fqgan.py", task, json, batch),
  ],
  rounds: 12,
  warmUp: 2,
};
