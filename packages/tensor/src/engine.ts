import { nearest, UserError } from "@fqgan/registry";
import { platform } from "#platform";
import type { Engine, EngineDescription, EngineStrategy, StartOptions } from "./engines/engine.js";

export type { EngineDescription, EngineStrategy } from "./engines/engine.js";

/** Every engine there is in this place (Node, or a browser), by name. */
export const engines: readonly EngineStrategy[] = platform.engines;

/** An engine by name. */
export type EngineName =
  | "auto"
  | "gpu"
  | "onnx"
  | "onnx-plain"
  | "onnx-webgpu"
  | "onnx-cuda"
  | "cpu"
  | "wasm"
  | "webgpu"
  | "tfjs-node"
  | "tfjs-node-gpu";

/** Which engine computes, and with how many threads. */
export interface EngineOptions {
  /**
   * Default `auto`: in Node what the environment variable FQGAN_ENGINE names, else compiled programs on the
   * processor, which need nothing installed. `gpu`: the first engine on a GPU that starts.
   */
  readonly engine?: EngineName;
  /** Threads of compiled programs; default: one for each physical core. */
  readonly threads?: number;
  /**
   * Whether a compiled program may leave to the processor what ONNX Runtime can't do on the GPU. Default
   * `processor`; with `refuse` such a program is an error.
   */
  readonly fallback?: "processor" | "refuse";
}

let current: Promise<Engine> | undefined;

/** Makes an engine the one that programs run on from now on, and says what it is. */
export async function startEngine(options: EngineOptions = {}): Promise<EngineDescription> {
  const starting = start(options);
  current = starting;
  // One that did not start leaves the choice open again.
  starting.catch(() => {
    if (current === starting) current = undefined;
  });
  return (await starting).description;
}

async function start({ engine = "auto", threads, fallback }: EngineOptions): Promise<Engine> {
  const name = engine === "auto" ? platform.defaultEngine() : engine;
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw new UserError(`engine: expected threads to be a whole number above 0, got ${threads}`);
  const options: StartOptions = {
    threads: threads ?? platform.defaultThreads(),
    strict: fallback === "refuse",
  };
  if (name === "gpu") return startOnGpu(options);
  const strategy = engines.find((known) => known.name === name);
  if (strategy) return strategy.start(options);
  const names = ["auto", "gpu", ...engines.map((known) => known.name)];
  const near = nearest(name, names);
  throw new UserError(
    `engine: unknown name "${name}"; ${near ? `did you mean "${near}"? ` : ""}known: ${names.join(", ")}`,
  );
}

/** The first engine on a GPU that starts; what the others lack is told only if none does. */
async function startOnGpu(options: StartOptions): Promise<Engine> {
  const reasons: string[] = [];
  for (const strategy of engines.filter(({ gpu }) => gpu))
    try {
      return await strategy.start(options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      reasons.push(error.message);
    }
  throw new UserError(
    `engine gpu: expected one of the engines on a GPU to start, none did:\n${reasons.join("\n")}`,
  );
}

/** The engine in use; the default one is started if none was. */
export async function currentEngine(): Promise<Engine> {
  if (!current) await startEngine();
  return current!;
}
