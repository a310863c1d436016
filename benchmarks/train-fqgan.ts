/**
 * `npm run benchmark -- train-fqgan [--size mini|medium] [--batch 16]`: a whole training step of FQGAN
 * and its discriminator beside a PyTorch twin.
 */
import { type Benchmark, nodeSubject, option, pythonSubject } from "./harness/benchmark.js";
import { mediumFqgan, miniFqgan } from "./models/fqgan.js";

const models = { mini: miniFqgan, medium: mediumFqgan };
const size = option("size", "mini") as keyof typeof models;
const batch = option("batch", size === "mini" ? "16" : "8");
const config = models[size]();
const json = JSON.stringify(config);
const side = config.image.size;

export const benchmark: Benchmark = {
  title: `Train step of FQGAN-Dual ${size} with PatchGAN, ${side}×${side}, batch ${batch} (both players, Adam)`,
  subjects: [
    nodeSubject("ours", "subjects/fqgan.ts", "train", json, batch),
    pythonSubject("PyTorch", "train_fqgan.py", json, batch),
  ],
  rounds: size === "mini" ? 20 : 10,
  warmUp: 2,
};
