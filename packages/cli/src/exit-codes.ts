/** Exit codes, as `fqgan --help` and the README list them. */
export const EXIT = {
  done: 0,
  /** Something went wrong while working: a stage failed, a bug. */
  failed: 1,
  /** The command, a file or a value is not what was expected. */
  usage: 2,
  /** Another process works on the same run folder. */
  claimed: 75,
  /** Stopped by Ctrl-C with everything saved. */
  stopped: 130,
} as const;

/** Prints what went wrong and gives the exit code: a person's mistake without a stack, ours with one. */
export function reportError(error: unknown): number {
  // By name: importing the class would load the whole schema library before `--help` can answer.
  const isUserError = (error as Error | undefined)?.name === "UserError";
  const text =
    error instanceof Error ? (isUserError ? error.message : (error.stack ?? error.message)) : error;
  process.stderr.write(`error: ${text}\n`);
  return isUserError ? EXIT.usage : EXIT.failed;
}
