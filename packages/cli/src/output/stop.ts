/** Wrappers (npm, tsx) can pass on a Ctrl-C that the terminal has sent already: those come at once. */
const SAME_MS = 500;

/** Ctrl-C once: stop after the current step with everything saved. Twice: stop at once. */
export function stopOnInterrupt(options: {
  readonly onFirst: () => void;
  readonly onSecond: () => void;
}): {
  readonly signal: AbortSignal;
  /** Stops gently, as the first Ctrl-C does. */
  readonly request: () => void;
  readonly dispose: () => void;
} {
  const controller = new AbortController();
  let firstMs = 0;
  const request = () => {
    if (controller.signal.aborted) return;
    firstMs = performance.now();
    controller.abort();
    options.onFirst();
  };
  const interrupt = () => {
    if (!controller.signal.aborted) request();
    else if (performance.now() - firstMs > SAME_MS) options.onSecond();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return {
    signal: controller.signal,
    request,
    dispose() {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    },
  };
}
