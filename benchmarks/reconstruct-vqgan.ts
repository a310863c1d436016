import { type Benchmark, nodeSubject, pythonSubject } from "./harness/benchmark.js";

const sizes = JSON.stringify({
  channels: 32,
  multipliers: [1, 2, 4],
  blocks: 1,
  latent: 128,
  codes: 1024,
  codeChannels: 8,
  batch: 4,
  side: 64,
});

export const benchmark: Benchmark = {
  title: "Reconstructing with a small VQGAN, 64×64, batch 4",
  subjects: [
    nodeSubject("ours", "subjects/vqgan.ts", "reconstruct", "onnx", sizes),
    pythonSubject("PyTorch", "reconstruct_vqgan.py", sizes),
    nodeSubject("tfjs-wasm", "subjects/vqgan.ts", "reconstruct", "wasm", sizes),
  ],
  rounds: 20,
  warmUp: 2,
};
