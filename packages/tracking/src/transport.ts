import { UserError } from "@fqgan/registry";
import got from "got";
import { backoffMs, isRetryable, type RetryPolicy, retryAfterMs } from "./retry.js";

/** The service refused a request for good, or could not be reached for as long as the policy allows. */
export class TrackingError extends UserError {}

/** Time, so that tests need not wait. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real time, and waiting that an abort ends. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done);
    }),
};

export interface HttpRequest {
  readonly method: "POST" | "PUT";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly policy: RetryPolicy;
  /** Aborting ends the tries. */
  readonly signal?: AbortSignal;
  /** Whether the reply is JSON; a reply cut short is then seen and the request made again. */
  readonly json: boolean;
}

/** Requests that are made again when that can help, never faster than the service asks for. */
export class Transport {
  private nextAllowedMs = 0;

  /** @param longestMs a shorter time to wait for any reply than the policies say */
  constructor(
    private readonly clock: Clock = systemClock,
    private readonly longestMs = Number.POSITIVE_INFINITY,
  ) {}

  async send(request: HttpRequest): Promise<unknown> {
    const { method, url, headers = {}, body, policy, signal, json } = request;
    let trouble = "no try was made";
    for (let attempt = 0; attempt < policy.attempts; attempt++) {
      await this.clock.sleep(Math.max(0, this.nextAllowedMs - this.clock.now()), signal);
      if (signal?.aborted) throw new TrackingError(`${method} ${url}: given up: ${trouble}`);
      let waitMs: number | undefined;
      try {
        const response = await got(url, {
          method,
          headers: { ...headers },
          body,
          throwHttpErrors: false,
          // Tries are made here, where the service's pace is known.
          retry: { limit: 0 },
          timeout: { request: Math.min(policy.timeoutMs, this.longestMs) },
          ...(signal && { signal }),
        });
        this.keepPace(response.headers);
        const { statusCode } = response;
        if (statusCode < 300) return json ? JSON.parse(response.body) : undefined;
        trouble = `status ${statusCode} ${response.body.slice(0, 200)}`.trim();
        if (!isRetryable(statusCode, policy))
          throw new TrackingError(`${method} ${url}: refused: ${trouble}${remedy(statusCode)}`);
        waitMs = retryAfterMs(response.headers["retry-after"], this.clock.now());
      } catch (error) {
        if (error instanceof TrackingError) throw error;
        // Not reached, timed out, or the reply was cut short: the request may or may not have been carried out.
        trouble = (error as Error).message;
      }
      await this.clock.sleep(waitMs ?? backoffMs(attempt), signal);
    }
    throw new TrackingError(
      `${method} ${url}: given up after ${policy.attempts} tries: ${trouble}; ` +
        "everything is in the run folder: `fqgan sync` sends it later",
    );
  }

  /** `RateLimit-Remaining` requests may be made in the next `RateLimit-Reset` seconds: spreads them out. */
  private keepPace(headers: Readonly<Record<string, string | string[] | undefined>>): void {
    const remaining = Number(headers["ratelimit-remaining"] ?? Number.NaN);
    const resetMs = 1000 * Number(headers["ratelimit-reset"] ?? Number.NaN);
    if (!(remaining >= 0) || !(resetMs >= 0)) return;
    this.nextAllowedMs = this.clock.now() + resetMs / Math.max(1, remaining);
  }
}

const remedy = (status: number): string =>
  status === 401 || status === 403 ? "; check WANDB_API_KEY, WANDB_ENTITY and WANDB_BASE_URL" : "";
