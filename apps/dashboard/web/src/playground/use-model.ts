import { useEffect, useState } from "react";
import { Client, isClosed } from "./client.js";
import type { Compute } from "./compute.js";
import type { Model, Progress } from "./protocol.js";

/** A model that is ready, and the worker that has it. */
export interface OpenModel extends Model {
  readonly client: Client;
  readonly compute: Compute;
  /** What opening took. */
  readonly seconds: number;
}

export type Opening =
  | { readonly state: "opening"; readonly progress: Progress }
  | { readonly state: "open"; readonly model: OpenModel }
  | { readonly state: "failed"; readonly message: string };

const WAITING: Opening = { state: "opening", progress: { step: "waiting" } };

/** Opens a model in a worker of its own; another model or another way to compute closes it. */
export function useModel(id: string | undefined, compute: Compute): Opening {
  const [opening, setOpening] = useState<Opening>(WAITING);
  useEffect(() => {
    setOpening(WAITING);
    if (id === undefined) return;
    const client = new Client();
    const started = performance.now();
    const address = new URL(`models/${encodeURIComponent(id)}/`, document.baseURI).href;
    const { provider, threads } = compute;
    client
      .call(
        "open",
        { address, provider, threads },
        { onSaid: (progress) => setOpening({ state: "opening", progress }) },
      )
      .then((model) => {
        const seconds = (performance.now() - started) / 1000;
        setOpening({ state: "open", model: { ...model, client, compute, seconds } });
      })
      .catch((error: Error) => {
        if (!isClosed(error)) setOpening({ state: "failed", message: error.message });
      });
    return () => client.close();
  }, [id, compute]);
  return opening;
}
