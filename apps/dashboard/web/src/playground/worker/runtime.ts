/** ONNX Runtime for browsers, from beside the page: no other host is asked for anything. */
import asyncifyGlue from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url";
import asyncifyWasm from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import plainGlue from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import plainWasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { Provider } from "../protocol.js";

type Runtime = typeof import("onnxruntime-web");

interface Build {
  /** WebAssembly, megabytes of it. */
  readonly wasm: string;
  /** The script that starts it, and its threads. */
  readonly glue: string;
  readonly load: () => Promise<Runtime>;
}

/** The plain build is half as large as the one that can wait for a GPU. */
export const BUILDS: Readonly<Record<Provider, Build>> = {
  wasm: { wasm: plainWasm, glue: plainGlue, load: () => import("onnxruntime-web/wasm") },
  webgpu: { wasm: asyncifyWasm, glue: asyncifyGlue, load: () => import("onnxruntime-web/webgpu") },
};

const absolute = (address: string) => new URL(address, import.meta.url).href;

/** Sets a build up; it starts with the first session. */
export async function loadRuntime(
  provider: Provider,
  options: { readonly wasmBinary: Uint8Array<ArrayBuffer>; readonly threads: number },
): Promise<Runtime> {
  const { load, glue } = BUILDS[provider];
  const runtime = await load();
  const { env } = runtime;
  env.logLevel = "error";
  env.wasm.numThreads = options.threads;
  env.wasm.wasmBinary = options.wasmBinary.buffer;
  env.wasm.wasmPaths = { mjs: absolute(glue) };
  return runtime;
}
