import { nearest, UserError } from "@fqgan/registry";
import { platform } from "#platform";
import type { Engine, EngineDescription, EngineStrategy } from "./engines/engine.js";

export type { EngineDescription, EngineStrategy } from "./engines/engine.js";

/** Every engine there is in this place (Node, or a browser), by name. */
export const engines: readonly EngineStrategy[] = platform.engines;

export type EngineName =
  | "auto"
  | "onnx"
  | "onnx-plain"
  | "cpu"
  | "wasm"
  | "webgpu"
  | "tfjs-node"
  | "tfjs-node-gpu";

export interface EngineOptions {
  /** Default `auto`: the fastest that needs nothing installed. In Node: compiled for ONNX Runtime. */
  readonly engine?: EngineName;
  /** Threads of compiled programs; default: one for each physical core. */
  readonly threads?: number;
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

async function start({ engine = "auto", threads }: EngineOptions): Promise<Engine> {
  const name = engine === "auto" ? engines[0]!.name : engine;
  const strategy = engines.find((known) => known.name === name);
  if (!strategy) {
    const names = engines.map((known) => known.name);
    const near = nearest(name, names);
    throw new UserError(
      `engine: unknown name "${name}"; ${near ? `did you mean "${near}"? ` : ""}known: auto, ${names.join(", ")}`,
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw new UserError(`engine: expected threads to be a whole number above 0, got ${threads}`);
  return strategy.start({ threads: threads ?? platform.defaultThreads() });
}

/** The engine in use; the default one is started if none was. */
export async function currentEngine(): Promise<Engine> {
  if (!current) await startEngine();
  return current!;
}
