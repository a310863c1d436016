import * as z from "zod";

/** Why a stage can fail. */
export const FAILURE_REASONS = [
  "crash",
  "killed",
  "out-of-memory",
  "preempted",
  "timeout",
  "lost",
  "cancelled",
  "submit",
  "disk-full",
  "input",
  "claimed",
] as const;

/** Reasons that another try can help against: a wrong input stays wrong. */
const WORTH_TRYING = ["crash", "killed", "out-of-memory", "preempted", "timeout", "lost"] as const;

/** How often a failed stage is started again, and after which failures. */
export const retrySchema = z.strictObject({
  max: z.int().min(0).default(0).describe("tries after the first"),
  on: z.array(z.enum(FAILURE_REASONS)).default([...WORTH_TRYING]),
});

/** After which failures, and how often, a stage is started again. */
export type RetryPolicy = z.output<typeof retrySchema>;

/** A failure is final. */
export const NO_RETRY: RetryPolicy = { max: 0, on: [] };

/** Whether a stage that has failed this many times is started again. */
export const mayRetry = ({ max, on }: RetryPolicy, reason: string, failures: number): boolean =>
  failures <= max && (on as readonly string[]).includes(reason);
