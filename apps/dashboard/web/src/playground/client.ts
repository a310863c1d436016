import type { CallName, Calls, FromWorker, ToWorker } from "./protocol.js";

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onSaid: (said: unknown) => void;
}

/** The page's end of a worker that holds one model. */
export class Client {
  readonly #worker = new Worker(new URL("./worker/main.ts", import.meta.url), {
    type: "module",
    name: "fqgan-playground",
  });
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      const waiting = this.#waiting.get(data.id);
      if (!waiting) return;
      if ("said" in data) return waiting.onSaid(data.said);
      this.#waiting.delete(data.id);
      if ("error" in data) waiting.reject(new Error(data.error));
      else waiting.resolve(data.result);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message || "the worker could not be started");
    };
  }

  call<Name extends CallName>(
    name: Name,
    request: Calls[Name]["request"],
    options: {
      readonly onSaid?: (said: Calls[Name]["said"]) => void;
      readonly signal?: AbortSignal;
      /** Given away instead of copied. */
      readonly transfer?: Transferable[];
    } = {},
  ): Promise<Calls[Name]["result"]> {
    const { onSaid = () => undefined, signal, transfer = [] } = options;
    this.#last += 1;
    const id = this.#last;
    const send = (message: ToWorker, moved: Transferable[] = []) =>
      this.#worker.postMessage(message, moved);
    const result = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onSaid: onSaid as (said: unknown) => void });
    });
    signal?.addEventListener("abort", () => send({ stop: id }));
    send({ id, name, request }, transfer);
    return result as Promise<Calls[Name]["result"]>;
  }

  /** Ends the worker, whatever it is doing, and frees the model's memory. */
  close(): void {
    this.#worker.terminate();
    this.#fail(CLOSED);
  }

  #fail(message: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(message));
    this.#waiting.clear();
  }
}

const CLOSED = "the model was closed";

/** Whether nobody waits for the answer any more. */
export const isClosed = (error: unknown): boolean =>
  error instanceof Error && error.message === CLOSED;
