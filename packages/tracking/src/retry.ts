import { randomInt } from "node:crypto";

/** How long to go on trying one request. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly timeoutMs: number;
  /** Creating a run answers 409 while another request creates the same one. */
  readonly retriesConflict?: boolean;
}

/** About a quarter of an hour: what creates and asks. */
export const GRAPHQL_POLICY: RetryPolicy = { attempts: 20, timeoutMs: 30_000 };
/** Days: what streams may wait until the network is back. */
export const STREAM_POLICY: RetryPolicy = { attempts: 10_000, timeoutMs: 180_000 };

/** Trying again would not help. */
const FINAL = new Set([400, 401, 403, 404, 409, 410, 413, 422, 501]);

export function isRetryable(
  status: number,
  { retriesConflict = false }: Partial<RetryPolicy> = {},
) {
  if (status === 409) return retriesConflict;
  return status >= 400 && !FINAL.has(status);
}

const FIRST_MS = 2000;
const LONGEST_MS = 60_000;
const JITTER = 0.25;

/** Exponential from 2 s to 60 s, up to a quarter more so that many clients do not come back at once. */
export function backoffMs(attempt: number, random = randomInt(1_000_000) / 1_000_000): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * (1 + JITTER * random);
}

/** `Retry-After` in milliseconds: seconds or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? 1000 * seconds : Date.parse(header) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
