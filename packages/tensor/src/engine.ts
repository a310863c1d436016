import { availableParallelism } from "node:os";
import { nearest, UserError } from "@fqgan/registry";
import type { Engine, EngineDescription, EngineStrategy } from "./engines/engine.js";
import { onnx, onnxPlain } from "./engines/onnx.js";
import { cpu, tfjsNode, tfjsNodeGpu, wasm, webgpu } from "./engines/tfjs.js";

export type { EngineDescription, EngineStrategy } from "./engines/engine.js";

/** Every engine, by name. */
export const engines: readonly EngineStrategy[] = [
  onnx,
  onnxPlain,
  cpu,
  wasm,
  webgpu,
  tfjsNode,
  tfjsNodeGpu,
];

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
  /** Default `auto`: programs compiled for ONNX Runtime, the fastest that needs nothing installed. */
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
  const name = engine === "auto" ? "onnx" : engine;
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
  return strategy.start({ threads: threads ?? defaultThreads() });
}

/** The engine in use; the default one is started if none was. */
export async function currentEngine(): Promise<Engine> {
  if (!current) await startEngine();
  return current!;
}

/** Machines with more than four logical processors have, as a rule, two for each physical core. */
function defaultThreads(): number {
  const logical = availableParallelism();
  return logical > 4 ? Math.floor(logical / 2) : logical;
}
