import type { SweepDetail, SweepTable } from "../../../server/api-types.js";
import { useSweep } from "../data/queries.js";
import { Contrasts } from "../parts/contrasts.js";
import { CopyButton } from "../parts/copy-button.js";
import { Link, runAddress } from "../parts/link.js";
import { Scatter } from "../parts/scatter.js";
import { Scroll } from "../parts/scroll.js";
import { Pending, Status } from "../parts/status.js";
import { SweepPlot } from "../parts/sweep-plot.js";

export function SweepPage({ name }: { name: string }) {
  const { data: sweep, error } = useSweep(name);
  if (!sweep) return <Pending error={error} what={`sweep ${name}`} />;
  const problems = sweep.runs.filter((run) => run.status === "failed");
  return (
    <>
      <div className="heading">
        <h1>{sweep.name}</h1>
        <span className="sub">
          {sweep.done} of {sweep.total} runs done
        </span>
      </div>
      <progress value={sweep.done} max={sweep.total} aria-label="Progress of the sweep" />
      {problems.map((run) => (
        <p className="notice bad" key={run.id}>
          <Link to={runAddress(run.id)}>{run.label}</Link> failed: {run.problem}
        </p>
      ))}
      {sweep.done < sweep.total && (
        <div className="toolbar">
          <code>{sweep.resume}</code>
          <CopyButton label="Copy the command that goes on" text={sweep.resume} />
        </div>
      )}
      {sweep.contrasts && <Contrasts contrasts={sweep.contrasts} />}
      {sweep.tables.map((table) => (
        <section key={table.name} style={{ display: "grid", gap: "0.6rem" }}>
          <PaperTable table={table} />
          <Scatter table={table} />
        </section>
      ))}
      <div className="grid plots">
        {sweep.plots.map((plot) => (
          <SweepPlot key={plot.name} plot={plot} />
        ))}
      </div>
      <RunList sweep={sweep} />
    </>
  );
}

const ARROWS = { min: "↓", max: "↑" } as const;

function PaperTable({ table }: { table: SweepTable }) {
  return (
    <section style={{ display: "grid", gap: "0.5rem" }}>
      <div className="toolbar">
        <h2 style={{ margin: 0, marginRight: "auto" }}>{table.title}</h2>
        <CopyButton label="Copy LaTeX" text={table.latex} />
        <CopyButton label="Copy CSV" text={table.csv} />
      </div>
      <Scroll label={table.title}>
        <table>
          <caption>{table.caption}</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">Row</span>
              </th>
              {table.columns.map(({ title, goal }) => (
                <th className="number" scope="col" key={title}>
                  {title}
                  {goal && !/[↑↓]/.test(title) ? ` ${ARROWS[goal]}` : ""}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row.label}>
                <td>{row.run ? <Link to={runAddress(row.run)}>{row.label}</Link> : row.label}</td>
                {row.cells.map(({ text, rank }, index) => (
                  <td className="number" key={table.columns[index]!.title}>
                    {rank === 1 ? <b>{text}</b> : rank === 2 ? <u>{text}</u> : text}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** Runs that are shown without being asked for. */
const FEW = 12;

function RunList({ sweep: { runs } }: { sweep: SweepDetail }) {
  return (
    <details className="card" open={runs.length <= FEW}>
      <summary>{runs.length === 1 ? "1 run" : `${runs.length} runs`}</summary>
      <ul className="events columns">
        {runs.map((run) => (
          <li key={run.id} style={{ gridTemplateColumns: "6.5rem minmax(0, 1fr)" }}>
            <Status run={run} />
            <Link to={runAddress(run.id)}>
              {run.label}
              <span className="count">
                {" "}
                · {run.kind} · seed {run.seed}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </details>
  );
}
