/** Where the program called tfjs: the innermost stack frame that is neither tfjs nor the tracer. */
export function callerOutsideTfjs(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const frames = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = limit;
  const outside = frames.find(
    (frame) => !/tfjs-core|tfjs-backend|compile\/trace\/|gradients\/|node:internal/.test(frame),
  );
  return outside?.trim().replace(/^at /, "") ?? "an unknown place";
}
