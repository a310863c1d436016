import { availableParallelism } from "node:os";
import { cpu } from "../engines/eager.js";
import { onnx, onnxPlain } from "../engines/onnx.js";
import { tfjsNode, tfjsNodeGpu, wasm, webgpu } from "../engines/tfjs.js";
import { openNodeFile } from "./open-node-file.js";
import type { Platform } from "./platform.js";
import { saveNodeFile } from "./save-node-file.js";

export const platform: Platform = {
  engines: [onnx, onnxPlain, cpu, wasm, webgpu, tfjsNode, tfjsNodeGpu],
  // Machines with more than four logical processors have, as a rule, two for each physical core.
  defaultThreads() {
    const logical = availableParallelism();
    return logical > 4 ? Math.floor(logical / 2) : logical;
  },
  openFile: openNodeFile,
  saveFile: saveNodeFile,
};
