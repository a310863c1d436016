import { type Benchmark, nodeSubject, pythonSubject } from "./harness/benchmark.js";

const sizes = JSON.stringify({
  channels: 64,
  multipliers: [1, 2, 4],
  blocks: 2,
  latent: 256,
  codes: 1024,
  codeChannels: 8,
  batch: 8,
  side: 64,
});

export const benchmark: Benchmark = {
  title: "Train step of a 16 M-parameter VQGAN, 64×64, batch 8 (forward, backward, Adam)",
  subjects: [
    nodeSubject("ours", "subjects/vqgan.ts", "train", "onnx", sizes),
    pythonSubject("PyTorch", "train_vqgan.py", sizes),
  ],
  rounds: 12,
  warmUp: 2,
};
