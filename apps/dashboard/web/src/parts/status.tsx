import type { RunRow } from "../../../server/api-types.js";
import { formatDuration } from "../data/format.js";

export function Status({ run }: { run: RunRow }) {
  const { progress, status } = run;
  const share = progress
    ? ` ${Math.floor((100 * progress.step) / Math.max(1, progress.total))} %`
    : "";
  const left =
    status === "running" && progress?.secondsLeft !== undefined
      ? `, ${formatDuration(progress.secondsLeft)} left`
      : "";
  return (
    <span className={`status ${status}`} title={run.problem}>
      {status}
      {status === "running" || status === "interrupted" ? share + left : ""}
    </span>
  );
}

/** What a page shows while its data is on the way, or cannot be had. */
export function Pending({ error, what }: { error: Error | null; what: string }) {
  return error ? (
    <p className="notice bad">
      {what}: {error.message}
    </p>
  ) : (
    <p className="empty">Loading {what} …</p>
  );
}
