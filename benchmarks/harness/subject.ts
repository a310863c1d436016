/** The side of a benchmark that does the work: a process that makes one step each time it is asked. */
import { createInterface } from "node:readline";

export interface Work {
  /** What is measured, for the table: versions, threads, sizes. */
  readonly description: Readonly<Record<string, string | number>>;
  step(): Promise<unknown>;
}

/** Answers "step" with the milliseconds it took and "end" with the peak memory of the process. */
export async function serve({ description, step }: Work): Promise<void> {
  const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
  say({ description });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "end") break;
    const start = performance.now();
    await step();
    say({ elapsedMs: performance.now() - start });
  }
  say({ peakBytes: process.resourceUsage().maxRSS * 1024 });
  process.exit(0);
}
