import { UserError } from "@fqgan/registry";
import { eager } from "./eager.js";
import type { EngineStrategy } from "./engine.js";

/** Imports an optional package by name, which bundlers and TypeScript must not resolve. */
async function optional(engine: string, packageName: string, version: string): Promise<unknown> {
  try {
    return await import(packageName);
  } catch (error) {
    throw new UserError(
      `engine ${engine}: expected the package ${packageName}, which could not be loaded (${(error as Error).message.split("\n")[0]}); run: npm install ${packageName}@${version}`,
    );
  }
}

export const wasm: EngineStrategy = {
  name: "wasm",
  summary: "Programs run op by op in WebAssembly; cannot train convolutions.",
  async start() {
    await optional("wasm", "@tensorflow/tfjs-backend-wasm", "4.22.0");
    return eager("wasm", "wasm");
  },
};

export const webgpu: EngineStrategy = {
  name: "webgpu",
  summary: "Programs run op by op on a GPU through WebGPU (Dawn).",
  async start() {
    const dawn = (await optional("webgpu", "webgpu", "0.6.2")) as {
      create(options: string[]): unknown;
      globals: object;
    };
    Object.assign(globalThis, dawn.globals);
    // tfjs looks for the adapter when its backend is imported.
    Object.defineProperty(globalThis, "navigator", {
      value: { gpu: dawn.create([]) },
      configurable: true,
    });
    await optional("webgpu", "@tensorflow/tfjs-backend-webgpu", "4.22.0");
    return eager("webgpu", "webgpu");
  },
};

const native = (name: "tfjs-node" | "tfjs-node-gpu", summary: string): EngineStrategy => ({
  name,
  summary,
  async start() {
    await optional(name, `@tensorflow/${name}`, "4.22.0");
    return eager(name, "tensorflow");
  },
});

export const tfjsNode = native("tfjs-node", "Programs run op by op by TensorFlow on the CPU.");
export const tfjsNodeGpu = native(
  "tfjs-node-gpu",
  "Programs run op by op by TensorFlow on an NVIDIA GPU.",
);
