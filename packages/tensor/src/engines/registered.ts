import { UserError } from "@fqgan/registry";
import { tf } from "../tf.js";
import { eager } from "./eager.js";
import type { EngineStrategy } from "./engine.js";
import { repairKernels } from "./webgpu-kernels.js";

/** A tfjs backend that a page has imported itself, as bundlers want it. */
const registered = (
  name: string,
  { repair, ...about }: Pick<EngineStrategy, "summary" | "gpu"> & { repair?: () => void },
): EngineStrategy => ({
  name,
  ...about,
  packages: { [`@tensorflow/tfjs-backend-${name}`]: tf.version_core },
  async start() {
    const packageName = `@tensorflow/tfjs-backend-${name}`;
    if (tf.findBackendFactory(name) === null)
      throw new UserError(
        `engine ${name}: expected the page to import "${packageName}", which registers it; ` +
          `run: npm install ${packageName}@${tf.version_core}, and import it first`,
      );
    repair?.();
    return eager(name, name);
  },
});

export const wasm = registered("wasm", {
  summary: "Programs run op by op in WebAssembly; cannot train convolutions.",
  gpu: false,
});
export const webgpu = registered("webgpu", {
  summary: "Programs run op by op on a GPU through WebGPU.",
  gpu: true,
  repair: repairKernels,
});
