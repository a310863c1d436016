import { UserError } from "@fqgan/registry";
import { tf } from "../tf.js";
import type { Engine, EngineDescription, EngineStrategy } from "./engine.js";

/** Programs run op by op on a tfjs backend. */
export async function eager(
  name: string,
  backend: string,
  more: Pick<EngineDescription, "device" | "note"> = {},
): Promise<Engine> {
  const started = await tf.setBackend(backend).catch(() => false);
  if (!started)
    throw new UserError(
      `engine ${name}: tfjs could not start its ${backend} backend on this machine; use another engine, or see what the backend needs`,
    );
  await tf.ready();
  const versions = { "tfjs-core": tf.version_core };
  return { description: { name, backend, lowering: "none", threads: 1, ...more, versions } };
}

export const cpu: EngineStrategy = {
  name: "cpu",
  summary: "Programs run op by op in JavaScript: slow, and the reference for all others.",
  gpu: false,
  packages: {},
  start: () => eager("cpu", "cpu"),
};
