import { useSweeps } from "../data/queries.js";
import { Link } from "../parts/link.js";
import { Pending } from "../parts/status.js";

export function SweepsPage() {
  const { data: sweeps, error } = useSweeps();
  if (!sweeps) return <Pending error={error} what="sweeps" />;
  return (
    <>
      <h1>Sweeps</h1>
      {sweeps.length === 0 && (
        <p className="empty">
          No sweeps here. <code>npm run ablation -- --quick</code> runs one.
        </p>
      )}
      <div className="grid">
        {sweeps.map((sweep) =>
          sweep.problem === undefined ? (
            <Link
              className="card"
              key={sweep.name}
              to={`/sweeps/${encodeURIComponent(sweep.name)}`}
            >
              <h2>{sweep.name}</h2>
              <progress
                value={sweep.done}
                max={sweep.total}
                aria-label={`${sweep.name}: progress`}
              />
              <span className="count">
                {sweep.done} of {sweep.total} runs done
                {sweep.failed > 0 ? `, ${sweep.failed} failed` : ""}
              </span>
            </Link>
          ) : (
            <section className="card" key={sweep.name}>
              <h2>{sweep.name}</h2>
              <p className="notice bad">{sweep.problem}</p>
            </section>
          ),
        )}
      </div>
    </>
  );
}
