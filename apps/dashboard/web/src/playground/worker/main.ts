/** The worker: everything that takes time happens here, so that the page never stands still. */
import type { CallName, Calls, FromWorker, ToWorker } from "../protocol.js";
import { Engine } from "./engine.js";

/** TypeScript knows a worker's scope only instead of a page's. */
const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
};

type Handlers = {
  [Name in CallName]: (
    request: Calls[Name]["request"],
    options: { readonly say: (said: Calls[Name]["said"]) => void; readonly signal: AbortSignal },
  ) => Promise<Calls[Name]["result"]>;
};

let engine: Engine | undefined;

const opened = (): Engine => {
  if (!engine) throw new Error("no model is open");
  return engine;
};

const handlers: Handlers = {
  async open(request, { say }) {
    engine = await Engine.open(request, say);
    return engine.model;
  },
  look: async ({ bitmap }) => opened().look(bitmap),
  decode: async ({ codes }) => opened().decode(codes),
  draw: async (request, options) => opened().draw(request, options),
};

const stops = new Map<number, AbortController>();

scope.onmessage = async ({ data }) => {
  if ("stop" in data) {
    stops.get(data.stop)?.abort();
    return;
  }
  const { id, name, request } = data;
  const controller = new AbortController();
  stops.set(id, controller);
  const say = (said: unknown) => scope.postMessage({ id, said });
  try {
    const handler = handlers[name] as (
      request: unknown,
      options: { say: (said: unknown) => void; signal: AbortSignal },
    ) => Promise<unknown>;
    scope.postMessage({ id, result: await handler(request, { say, signal: controller.signal }) });
  } catch (error) {
    scope.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  } finally {
    stops.delete(id);
  }
};
