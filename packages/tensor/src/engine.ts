import { availableParallelism } from "node:os";
import type { Lowering } from "./compile/lowering/lowering.js";
import { plainLowering } from "./compile/lowering/plain/index.js";
import { tf } from "./tf.js";

/** What runs the programs, for run folders and `fqgan doctor`. */
export interface EngineDescription {
  readonly name: string;
  readonly lowering: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Engine {
  readonly description: EngineDescription;
  /** How compiled programs become ONNX; absent where programs run eagerly. */
  readonly lowering?: Lowering;
}

export type EngineName = "auto" | "onnx-plain" | "cpu";

export interface EngineOptions {
  readonly engine?: EngineName;
  readonly threads?: number;
}

let started: Promise<Engine> | undefined;

export async function startEngine(options: EngineOptions = {}): Promise<EngineDescription> {
  const name = options.engine ?? "auto";
  await tf.setBackend("cpu");
  const description: EngineDescription = {
    name,
    lowering: name === "cpu" ? "none" : "plain",
    threads: options.threads ?? Math.min(2, availableParallelism()),
    versions: {},
  };
  const engine: Engine =
    name === "cpu" ? { description } : { description, lowering: plainLowering };
  started = Promise.resolve(engine);
  return description;
}

export async function currentEngine(): Promise<Engine> {
  if (!started) await startEngine();
  return started!;
}
