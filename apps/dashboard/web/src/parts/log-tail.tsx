import { useLog } from "../data/queries.js";
import { Scroll } from "./scroll.js";

/** The end of what a run's processes printed. */
export function LogTail({ run }: { run: string }) {
  const { data: log, error } = useLog(run);
  return (
    <section className="card">
      <h2>Log</h2>
      {error && <p className="count">{error.message}</p>}
      {log && log.lines.length === 0 && (
        <p className="count">Its processes have printed nothing.</p>
      )}
      {log && log.lines.length > 0 && (
        <>
          {log.isCut && (
            <p className="count">
              The last {log.lines.length} lines; all of them are in <code>{run}/log.txt</code>.
            </p>
          )}
          <Scroll label="Log" className="plain">
            <pre>{log.lines.join("\n")}</pre>
          </Scroll>
        </>
      )}
    </section>
  );
}
