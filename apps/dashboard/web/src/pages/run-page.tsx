import { useMemo } from "react";
import { formatNumber } from "../data/format.js";
import { mediaByKind } from "../data/media.js";
import { useRun } from "../data/queries.js";
import { CheckpointList } from "../parts/checkpoint-list.js";
import { CurveGrid } from "../parts/curve-grid.js";
import { Link, runAddress } from "../parts/link.js";
import { LogTail } from "../parts/log-tail.js";
import { MediaTimeline } from "../parts/media-timeline.js";
import { RunHeading } from "../parts/run-heading.js";
import { Scroll } from "../parts/scroll.js";
import { Pending } from "../parts/status.js";
import { SYSTEM, SystemPanel } from "../parts/system-panel.js";

export function RunPage({ id }: { id: string }) {
  const { data: run, error } = useRun(id);
  const media = useMemo(() => (run ? [...mediaByKind(run)] : []), [run]);
  if (!run) return <Pending error={error} what={`run ${id}`} />;
  return (
    <>
      <RunHeading run={run} view="" />
      {run.progress && run.status === "running" && (
        <progress value={run.progress.step} max={run.progress.total} aria-label="Progress" />
      )}
      {run.problem && <p className="notice bad">{run.problem}</p>}
      {run.inputs.length > 0 && (
        <p style={{ margin: 0 }}>
          Built on{" "}
          {run.inputs.map((input, index) => (
            <span key={input}>
              {index > 0 && ", "}
              <Link to={runAddress(input)}>{input}</Link>
            </span>
          ))}
        </p>
      )}
      {Object.keys(run.summary).length > 0 && (
        <section className="card figures" aria-label="Results">
          {Object.entries(run.summary).map(([name, value]) => (
            <div key={name} title={run.protocol[name]}>
              <span>{name}</span>
              <b>{formatNumber(value)}</b>
            </div>
          ))}
        </section>
      )}
      <div
        className="grid"
        style={{ gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 460px), 1fr))" }}
      >
        {media.map(([kind, items]) => (
          <MediaTimeline key={kind} run={run.id} items={items} />
        ))}
      </div>
      <CurveGrid groups={[[run.id]]} labels={[run.label]} without={SYSTEM} />
      <SystemPanel run={run.id} label={run.label} />
      <CheckpointList run={run.id} />
      <div className="two">
        <section className="card">
          <h2>Events</h2>
          <Scroll label="Events" className="plain">
            <ul className="events">
              {run.events.map((event, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: events are append-only
                <li key={index} className={event.type}>
                  <time dateTime={event.time}>{event.time.slice(11, 19)}</time>
                  <span>{event.message || event.type}</span>
                </li>
              ))}
            </ul>
          </Scroll>
        </section>
        <section className="card">
          <h2>Config</h2>
          <Scroll label="Config" className="plain">
            <pre>{JSON.stringify(run.config, null, 2)}</pre>
          </Scroll>
        </section>
      </div>
      <LogTail run={run.id} />
    </>
  );
}
