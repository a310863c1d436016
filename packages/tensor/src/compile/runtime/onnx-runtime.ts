import type * as Ort from "onnxruntime-node";
import type { OnnxTensor } from "../onnx/writer.js";
import type { Device } from "./memory.js";

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
  /** Default: the processor. */
  readonly device?: Pick<Device, "provider" | "strict">;
  /** Names of outputs that stay in the device's memory. */
  readonly onDevice?: readonly string[];
  /**
   * What ONNX Runtime may do to the graph. Most of it needs constant weights; where weights move,
   * `basic` runs as fast and is ready in half the time.
   */
  readonly optimization?: "basic" | "all";
  /** Constants that `writeModel` left out. They are copied. */
  readonly apart?: ReadonlyMap<string, OnnxTensor>;
  /** Path prefix of a Chrome trace of every node's time, written when the session is released. */
  readonly profile?: string;
}

export async function createSession(
  model: Uint8Array,
  { threads, device, onDevice = [], optimization = "all", apart, profile }: SessionOptions,
): Promise<Ort.InferenceSession> {
  const { InferenceSession } = await onnxRuntime();
  const externalData = [...(apart ?? [])].map(([path, { data }]) => ({
    path,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }));
  return InferenceSession.create(model, {
    ...(externalData.length > 0 ? { externalData } : {}),
    ...(device && device.provider !== "cpu" ? { executionProviders: [device.provider] } : {}),
    ...(onDevice.length > 0
      ? {
          preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, "gpu-buffer"])),
        }
      : {}),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: optimization,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Spinning threads make each other wait on a busy machine.
        intra_op: { allow_spinning: "0" },
        ...(device?.strict ? { disable_cpu_ep_fallback: "1" } : {}),
      },
    },
    ...(profile ? { enableProfiling: true, profileFilePrefix: profile } : {}),
  });
}
