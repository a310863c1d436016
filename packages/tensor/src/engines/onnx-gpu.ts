import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import { plainLowering } from "../compile/lowering/plain/index.js";
import { webgpuLowering } from "../compile/lowering/webgpu/index.js";
import { writeModel } from "../compile/onnx/writer.js";
import { gpuMemory } from "../compile/runtime/gpu-memory.js";
import { gpuTransfer } from "../compile/runtime/gpu-transfer.js";
import { hostMemory } from "../compile/runtime/host-memory.js";
import { createSession, onnxRuntime } from "../compile/runtime/onnx-runtime.js";
import type { EngineStrategy } from "./engine.js";
import { compiled } from "./onnx.js";
import { NO_ADAPTER } from "./webgpu.js";

const firstLine = (error: unknown): string => (error as Error).message.split("\n")[0]!;

/** Sends three numbers to the GPU and back. */
async function tryWebgpu(): Promise<void> {
  const data = Float32Array.of(1, 2.5, -3);
  try {
    const { upload, download } = await gpuTransfer();
    const sent = upload({ dtype: "float32", shape: [3], data });
    const back = download(sent);
    sent.dispose();
    if (String(back) !== String(data)) throw new Error(`${data} came back as ${back}`);
  } catch (error) {
    throw new UserError(`engine onnx-webgpu: ${NO_ADAPTER} (${firstLine(error)})`);
  }
}

export const onnxWebgpu: EngineStrategy = {
  name: "onnx-webgpu",
  summary: "Programs compiled for ONNX Runtime on a GPU through WebGPU; variables stay there.",
  gpu: true,
  packages: {},
  async start({ threads, strict }) {
    await tryWebgpu();
    const device = { provider: "webgpu", strict, memory: gpuMemory } as const;
    return compiled("onnx-webgpu", { lowering: webgpuLowering, threads, device });
  },
};

const CUDA_PROVIDER = "libonnxruntime_providers_cuda.so";
const INSTALL_CUDA =
  "ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js";

function cudaProvider(): string {
  const main = createRequire(import.meta.url).resolve("onnxruntime-node");
  const folder = join(main, "../../bin/napi-v6", process.platform, process.arch);
  return join(folder, CUDA_PROVIDER);
}

/** Multiplies two numbers by CUDA, which loads its libraries. */
async function tryCuda(): Promise<void> {
  if (!existsSync(cudaProvider()))
    throw new UserError(
      `engine onnx-cuda: expected ONNX Runtime's CUDA provider (${CUDA_PROVIDER}), which is not part of its npm ` +
        `package; on Linux with CUDA 12 and cuDNN 9 run: ${INSTALL_CUDA}`,
    );
  const value = (name: string) => ({ name, type: "float32", shape: [1] }) as const;
  const model = writeModel({
    inputs: [value("x")],
    outputs: [value("y")],
    initializers: new Map(),
    nodes: [{ op: "Mul", inputs: ["x", "x"], outputs: ["y"] }],
  });
  try {
    const { Tensor } = await onnxRuntime();
    const device = { provider: "cuda", strict: true } as const;
    const session = await createSession(model, { threads: 1, device });
    const { y } = await session.run({ x: new Tensor("float32", [3], [1]) });
    await session.release();
    if (y!.data[0] !== 9) throw new Error(`3 · 3 came out as ${y!.data[0]}`);
  } catch (error) {
    throw new UserError(
      `engine onnx-cuda: expected CUDA 12, cuDNN 9 and an NVIDIA driver that ONNX Runtime can load ` +
        `(${firstLine(error)}); install them, or use the engine onnx-webgpu`,
    );
  }
}

/**
 * onnxruntime-node keeps no tensors in CUDA's memory between runs: weights that are frozen live there,
 * variables that a program moves travel to the GPU and back in every run.
 */
export const onnxCuda: EngineStrategy = {
  name: "onnx-cuda",
  summary: "Programs compiled for ONNX Runtime on an NVIDIA GPU by CUDA; for frozen weights.",
  gpu: true,
  packages: {},
  async start({ threads, strict }) {
    await tryCuda();
    const device = { provider: "cuda", strict, memory: hostMemory } as const;
    return compiled("onnx-cuda", { lowering: plainLowering, threads, device });
  },
};
