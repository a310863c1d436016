import { encodeJson } from "./json.js";
import type { LogLine, SystemRow } from "./source.js";

/** What W&B takes in one line, and what is safe in one request. */
export const MAX_LINE_BYTES = 10 * 1024 * 1024 - 100 * 1024;
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

/** A row's facts under W&B's own names. */
export const rowHead = (row: { step: number; runtimeMs: number; timeMs: number }) => ({
  _step: row.step,
  _runtime: row.runtimeMs / 1000,
  _timestamp: row.timeMs / 1000,
});

/** A history line; a row too large for the service keeps its numbers and loses the rest. */
export function historyLine(
  head: ReturnType<typeof rowHead>,
  values: Readonly<Record<string, unknown>>,
) {
  const line = encodeJson({ ...head, ...values });
  if (Buffer.byteLength(line) <= MAX_LINE_BYTES) return line;
  const numbers = Object.entries(values).filter(([, value]) => typeof value === "number");
  const shorter = encodeJson({ ...head, ...Object.fromEntries(numbers) });
  // Its line number must not be left out: every later line would be at the wrong place.
  return Buffer.byteLength(shorter) <= MAX_LINE_BYTES ? shorter : encodeJson(head);
}

export function systemLine({ timeMs, runtimeMs, values }: SystemRow): string {
  const named = Object.entries(values).map(([name, value]) => [`system.${name}`, value]);
  return encodeJson({
    _wandb: true,
    _timestamp: timeMs / 1000,
    _runtime: runtimeMs / 1000,
    ...Object.fromEntries(named),
  });
}

/** `2026-01-01T00:00:00.000000 text`, errors marked. */
export function logLine({ timeMs, level, text }: LogLine): string {
  const time = new Date(timeMs).toISOString().replace("Z", "000");
  return `${level === "error" ? "ERROR " : ""}${time} ${text.replaceAll("\n", " ⏎ ")}\n`;
}
