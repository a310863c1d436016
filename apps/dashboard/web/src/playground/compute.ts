import { useEffect, useState } from "react";
import type { Provider } from "./protocol.js";

/** A way to compute that this browser has. */
export interface Compute {
  readonly id: string;
  readonly label: string;
  readonly provider: Provider;
  readonly threads: number;
}

/** More hardly help: the models that fit a page are small. */
const MOST_THREADS = 8;

const threads = window.crossOriginIsolated
  ? Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1)
  : 1;

const ONE: Compute = { id: "cpu-1", label: "CPU, 1 thread", provider: "wasm", threads: 1 };
const SEVERAL: Compute = {
  id: "cpu",
  label: `CPU, ${threads} threads`,
  provider: "wasm",
  threads,
};
const WEBGPU: Compute = { id: "webgpu", label: "WebGPU", provider: "webgpu", threads: 1 };

const ALWAYS: readonly Compute[] = threads > 1 ? [SEVERAL, ONE] : [ONE];

/** What there is to compute with, the default first; WebGPU where an adapter answers. */
export function useComputes(): readonly Compute[] {
  const [computes, setComputes] = useState(ALWAYS);
  useEffect(() => {
    // There is none of it where a page came without encryption from another machine.
    const gpu = (navigator as { gpu?: { requestAdapter(): Promise<object | null> } }).gpu;
    gpu
      ?.requestAdapter()
      .then((adapter) => adapter && setComputes([...ALWAYS, WEBGPU]))
      .catch(() => undefined);
  }, []);
  return computes;
}

/** Why there is one thread only, if that is so. */
export const whyOneThread: string | undefined = window.crossOriginIsolated
  ? undefined
  : window.isSecureContext
    ? "One thread: this page came without the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, without which browsers share no memory between threads."
    : "One thread, and no camera or WebGPU: browsers want https, or the address localhost, for these.";
