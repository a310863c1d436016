import { useState } from "react";
import type { SweepDetail, SweepTable } from "../../../server/api-types.js";
import { follow } from "../data/location.js";
import { useSweep } from "../data/queries.js";
import { Pending, Status } from "../parts/status.js";

const ARROWS = { min: " ↓", max: " ↑", none: "" } as const;

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
          <a href={`/runs/${encodeURIComponent(run.id)}`} onClick={follow}>
            {run.label}
          </a>{" "}
          failed: {run.problem}
        </p>
      ))}
      <div className="toolbar">
        <CopyButton label="Copy LaTeX" text={sweep.latex} />
        <CopyButton label="Copy CSV" text={sweep.csv} />
      </div>
      {sweep.tables.map((table) => (
        <PaperTable key={table.title} table={table} />
      ))}
      <RunList sweep={sweep} />
    </>
  );
}

function PaperTable({ table }: { table: SweepTable }) {
  return (
    <div className="scroll">
      <table>
        <caption>
          <b>{table.title}.</b> {table.caption}
        </caption>
        <thead>
          <tr>
            <th />
            {table.columns.map((column) => (
              <th className="number" key={column.key}>
                {column.label}
                {ARROWS[column.goal]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row.label}>
              <td>
                {row.runs[0] ? (
                  <a href={`/runs/${encodeURIComponent(row.runs[0])}`} onClick={follow}>
                    {row.label}
                  </a>
                ) : (
                  row.label
                )}
              </td>
              {table.columns.map(({ key, digits }) => {
                const cell = row.cells[key];
                const text = cell ? cell.mean.toFixed(digits) : "–";
                const rank = row.rank[key];
                return (
                  <td className="number" key={key}>
                    {rank === 1 ? <b>{text}</b> : rank === 2 ? <u>{text}</u> : text}
                    {cell?.std !== undefined && (
                      <span className="spread"> ± {cell.std.toFixed(digits)}</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RunList({ sweep }: { sweep: SweepDetail }) {
  return (
    <section className="card">
      <h2>Runs</h2>
      <ul className="events" style={{ maxHeight: "none" }}>
        {sweep.runs.map((run) => (
          <li key={run.id} style={{ gridTemplateColumns: "minmax(8rem, 18rem) 1fr" }}>
            <Status run={run} />
            <a href={`/runs/${encodeURIComponent(run.id)}`} onClick={follow}>
              {run.label}
              <span className="count">
                {" "}
                · {run.kind} · seed {run.seed}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function CopyButton({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" onClick={copy}>
      {copied ? "Copied" : label}
    </button>
  );
}
