import { join } from "node:path";
import { currentEngine } from "@fqgan/tensor";
import { onnxRuntime } from "@fqgan/tensor/onnx";
import type { OnnxRuntime } from "../session.js";

/** ONNX Runtime of Node for exported files: in a folder, or in memory by name. */
export async function nodeRuntime(
  files: string | ReadonlyMap<string, Uint8Array>,
): Promise<OnnxRuntime> {
  const { InferenceSession, Tensor } = await onnxRuntime();
  const { threads } = (await currentEngine()).description;
  const options = {
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    // Spinning threads make each other wait on a busy machine.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  } as const;
  return {
    Tensor,
    createSession: (file) =>
      typeof files === "string"
        ? InferenceSession.create(join(files, file), options)
        : InferenceSession.create(files.get(file)!, options),
  };
}
