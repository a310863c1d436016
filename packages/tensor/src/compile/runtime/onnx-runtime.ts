import type * as Ort from "onnxruntime-node";

let loading: Promise<typeof Ort> | undefined;

/** ONNX Runtime, loaded when first needed, without its uploader of usage data. */
export function onnxRuntime(): Promise<typeof Ort> {
  loading ??= (async () => {
    process.env.ORT_DISABLE_TELEMETRY = "1";
    return import("onnxruntime-node");
  })();
  return loading;
}

export interface SessionOptions {
  readonly threads: number;
  /** Path prefix of a Chrome trace of every node's time, written when the session is released. */
  readonly profile?: string;
}

export async function createSession(
  model: Uint8Array,
  { threads, profile }: SessionOptions,
): Promise<Ort.InferenceSession> {
  const { InferenceSession } = await onnxRuntime();
  return InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // Spinning threads make each other wait on a busy machine.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    ...(profile ? { enableProfiling: true, profileFilePrefix: profile } : {}),
  });
}
