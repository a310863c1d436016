import { build } from "../compile/build.js";
import { blockedLowering } from "../compile/lowering/blocked/index.js";
import { probeBlock } from "../compile/lowering/blocked/probe.js";
import type { Lowering } from "../compile/lowering/lowering.js";
import { plainLowering } from "../compile/lowering/plain/index.js";
import { hostDevice } from "../compile/runtime/host-memory.js";
import type { Device } from "../compile/runtime/memory.js";
import { onnxRuntime } from "../compile/runtime/onnx-runtime.js";
import { tf } from "../tf.js";
import type { Engine, EngineStrategy } from "./engine.js";

/** Programs are compiled and run by ONNX Runtime; what runs op by op does so on the cpu backend. */
export async function compiled(
  name: string,
  {
    lowering,
    threads,
    device = hostDevice,
    note,
  }: { lowering: Lowering; threads: number; device?: Device; note?: string },
): Promise<Engine> {
  const ort = await onnxRuntime();
  await tf.setBackend("cpu");
  const versions = {
    "tfjs-core": tf.version_core,
    "onnxruntime-node": ort.env.versions.node ?? "",
  };
  const description = { name, backend: "cpu", lowering: lowering.name, threads, versions };
  return {
    description: { ...description, ...(note ? { note } : {}) },
    build: (program, inputs, options) =>
      build(program, inputs, { ...options, lowering, threads, device }),
  };
}

export const onnx: EngineStrategy = {
  name: "onnx",
  summary: "Programs compiled for ONNX Runtime on the CPU, in the fastest way this machine has.",
  gpu: false,
  packages: {},
  async start({ threads }) {
    const probe = await probeBlock();
    if (probe.block !== undefined)
      return compiled("onnx", { lowering: blockedLowering(probe.block), threads });
    const note = `plain lowering: ${probe.reason}`;
    return compiled("onnx", { lowering: plainLowering, threads, note });
  },
};

export const onnxPlain: EngineStrategy = {
  name: "onnx-plain",
  summary: "Programs compiled to standard ONNX and run by ONNX Runtime on the CPU.",
  gpu: false,
  packages: {},
  start: ({ threads }) => compiled("onnx-plain", { lowering: plainLowering, threads }),
};
