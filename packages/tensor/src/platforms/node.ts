import { availableParallelism } from "node:os";
import { cpu } from "../engines/eager.js";
import { onnx, onnxPlain } from "../engines/onnx.js";
import { onnxCuda, onnxWebgpu } from "../engines/onnx-gpu.js";
import { tfjsNode, tfjsNodeGpu, wasm } from "../engines/tfjs.js";
import { webgpu } from "../engines/webgpu.js";
import { openNodeFile } from "./open-node-file.js";
import type { Platform } from "./platform.js";
import { saveNodeFile } from "./save-node-file.js";

export const platform: Platform = {
  // On a GPU, what someone had to install comes before what may find itself on a program that acts as one.
  engines: [onnx, onnxPlain, cpu, wasm, tfjsNode, tfjsNodeGpu, onnxCuda, onnxWebgpu, webgpu],
  defaultEngine() {
    const chosen = process.env.FQGAN_ENGINE;
    return chosen && chosen !== "auto" ? chosen : onnx.name;
  },
  // Machines with more than four logical processors have, as a rule, two for each physical core.
  defaultThreads() {
    const logical = availableParallelism();
    return logical > 4 ? Math.floor(logical / 2) : logical;
  },
  openFile: openNodeFile,
  saveFile: saveNodeFile,
};
