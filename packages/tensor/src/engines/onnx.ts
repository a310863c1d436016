import { build } from "../compile/build.js";
import { blockedLowering } from "../compile/lowering/blocked/index.js";
import { probeBlock } from "../compile/lowering/blocked/probe.js";
import type { Lowering } from "../compile/lowering/lowering.js";
import { plainLowering } from "../compile/lowering/plain/index.js";
import { onnxRuntime } from "../compile/runtime/onnx-runtime.js";
import { tf } from "../tf.js";
import type { Engine, EngineStrategy } from "./engine.js";

async function compiled(
  name: string,
  lowering: Lowering,
  options: { threads: number; note?: string },
): Promise<Engine> {
  const ort = await onnxRuntime();
  await tf.setBackend("cpu");
  const { threads, note } = options;
  const versions = {
    "tfjs-core": tf.version_core,
    "onnxruntime-node": ort.env.versions.node ?? "",
  };
  const description = { name, backend: "cpu", lowering: lowering.name, threads, versions };
  return {
    description: { ...description, ...(note ? { note } : {}) },
    build: (program, inputs, options) => build(program, inputs, { ...options, lowering, threads }),
  };
}

export const onnx: EngineStrategy = {
  name: "onnx",
  summary: "Programs compiled for ONNX Runtime on the CPU, in the fastest way this machine has.",
  async start({ threads }) {
    const probe = await probeBlock();
    return probe.block === undefined
      ? compiled("onnx", plainLowering, { threads, note: `plain lowering: ${probe.reason}` })
      : compiled("onnx", blockedLowering(probe.block), { threads });
  },
};

export const onnxPlain: EngineStrategy = {
  name: "onnx-plain",
  summary: "Programs compiled to standard ONNX and run by ONNX Runtime on the CPU.",
  start: ({ threads }) => compiled("onnx-plain", plainLowering, { threads }),
};
