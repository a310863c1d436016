import { UserError } from "@fqgan/registry";
import { eager } from "./eager.js";
import type { EngineStrategy } from "./engine.js";
import { importPackage } from "./packages.js";
import { endOnRefusal } from "./webgpu-errors.js";
import { repairKernels } from "./webgpu-kernels.js";

/** What is used of https://www.w3.org/TR/webgpu/. */
interface Gpu {
  requestAdapter(options: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}
interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

const BACKEND = "@tensorflow/tfjs-backend-webgpu";
const about = {
  name: "webgpu",
  packages: { webgpu: "0.6.2", [BACKEND]: "4.22.0" },
} as const;

export const NO_ADAPTER =
  "expected a GPU that WebGPU reaches (through Vulkan on Linux), found none; install the GPU's driver and, " +
  "on Linux, the Vulkan loader (Debian: apt-get install libvulkan1), or use the engine onnx";

/** WebGPU for Node, which a browser has by itself: Dawn, as Chromium uses it. */
async function provideGpu(): Promise<Adapter> {
  const { create, globals } = (await importPackage(about, "webgpu")) as {
    create(options: string[]): Gpu;
    globals: object;
  };
  const gpu = create([]);
  const adapter = await gpu
    .requestAdapter({ powerPreference: "high-performance" })
    .catch((error: Error) => {
      throw new UserError(`engine webgpu: ${NO_ADAPTER} (${error.message})`);
    });
  if (!adapter) throw new UserError(`engine webgpu: ${NO_ADAPTER}`);
  Object.assign(globalThis, globals);
  // Node has a navigator from version 21 on.
  const navigator = globalThis.navigator ?? {};
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  if (!globalThis.navigator)
    Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  return adapter;
}

let provided: Promise<Adapter> | undefined;

export const webgpu: EngineStrategy = {
  ...about,
  summary: "Programs run op by op on a GPU through WebGPU (Dawn).",
  gpu: true,
  async start() {
    provided ??= provideGpu();
    provided.catch(() => {
      provided = undefined;
    });
    const { info } = await provided;
    // tfjs looks for navigator.gpu when its backend is imported, and never again.
    await importPackage(about, BACKEND);
    repairKernels();
    const device = info.description || `${info.vendor} ${info.architecture}`;
    const software = info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(device);
    const engine = await eager("webgpu", "webgpu", {
      device,
      ...(software ? { note: "this is no GPU but a program that acts as one, slowly" } : {}),
    });
    endOnRefusal();
    return engine;
  },
};
