import { UserError } from "@fqgan/registry";
import { tf } from "../tf.js";
import { eager } from "./eager.js";
import type { EngineStrategy } from "./engine.js";

/** A tfjs backend that a page has imported itself, as bundlers want it. */
const registered = (name: string, gpu: boolean, summary: string): EngineStrategy => ({
  name,
  summary,
  gpu,
  packages: { [`@tensorflow/tfjs-backend-${name}`]: tf.version_core },
  async start() {
    const packageName = `@tensorflow/tfjs-backend-${name}`;
    if (tf.findBackendFactory(name) === null)
      throw new UserError(
        `engine ${name}: expected the page to import "${packageName}", which registers it; ` +
          `run: npm install ${packageName}@${tf.version_core}, and import it first`,
      );
    return eager(name, name);
  },
});

export const wasm = registered(
  "wasm",
  false,
  "Programs run op by op in WebAssembly; cannot train convolutions.",
);
export const webgpu = registered("webgpu", true, "Programs run op by op on a GPU through WebGPU.");
