import { type Benchmark, nodeSubject, pythonSubject } from "./harness/benchmark.js";

const batch = 16;
const sizes = JSON.stringify({ batch, side: 256 });

export const benchmark: Benchmark = {
  title: `FID's Inception: features and logits of ${batch} images of 256×256, resizing included`,
  subjects: [
    nodeSubject("ours", "subjects/inception.ts", sizes),
    pythonSubject("PyTorch", "inception_features.py", sizes),
  ],
  rounds: 12,
  warmUp: 2,
};
