import { eager } from "./eager.js";
import type { EngineStrategy } from "./engine.js";
import { importPackage } from "./packages.js";

/** A tfjs backend that an optional package registers when it is imported. */
const optional = (
  backend: string,
  {
    packageName,
    ...about
  }: Pick<EngineStrategy, "name" | "summary" | "gpu"> & { packageName: string },
): EngineStrategy => {
  const packages = { [packageName]: "4.22.0" };
  return {
    ...about,
    packages,
    async start() {
      await importPackage({ name: about.name, packages }, packageName);
      return eager(about.name, backend);
    },
  };
};

export const wasm = optional("wasm", {
  name: "wasm",
  summary: "Programs run op by op in WebAssembly; cannot train convolutions.",
  gpu: false,
  packageName: "@tensorflow/tfjs-backend-wasm",
});
export const tfjsNode = optional("tensorflow", {
  name: "tfjs-node",
  summary: "Programs run op by op by TensorFlow on the CPU.",
  gpu: false,
  packageName: "@tensorflow/tfjs-node",
});
export const tfjsNodeGpu = optional("tensorflow", {
  name: "tfjs-node-gpu",
  summary: "Programs run op by op by TensorFlow on an NVIDIA GPU.",
  gpu: true,
  packageName: "@tensorflow/tfjs-node-gpu",
});
