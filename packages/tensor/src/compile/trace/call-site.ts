/** tfjs, Node and the tracer, whose functions are named because a build puts them in one file. */
const machinery =
  /tfjs-core|tfjs-backend|node:internal|compile\/trace\/|gradients\/|callerOutsideTfjs|TraceBackend|refuseReading|runRule|kernelFunc/;

/** Where the program called tfjs: the innermost stack frame that is neither tfjs nor the tracer. */
export function callerOutsideTfjs(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const frames = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = limit;
  const outside = frames.find((frame) => !machinery.test(frame));
  return outside?.trim().replace(/^at /, "") ?? "an unknown place";
}
