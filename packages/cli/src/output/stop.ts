/** Ctrl-C once: stop after the current step with everything saved. Twice: stop at once. */
export function stopOnInterrupt(options: {
  readonly onFirst: () => void;
  readonly onSecond: () => void;
}): { readonly signal: AbortSignal; readonly dispose: () => void } {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) options.onSecond();
    else {
      controller.abort();
      options.onFirst();
    }
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return {
    signal: controller.signal,
    dispose() {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    },
  };
}
