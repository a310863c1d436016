import type { RunRow } from "../../../server/api-types.js";
import { Link, runAddress } from "./link.js";
import { Status } from "./status.js";

const VIEWS = [
  { view: "", label: "Training" },
  { view: "codebooks", label: "Codebooks" },
  { view: "tokens", label: "Tokens" },
] as const;

/** What run this is, and the ways to look at it. */
export function RunHeading({ run, view }: { run: RunRow; view: (typeof VIEWS)[number]["view"] }) {
  return (
    <>
      <div className="heading">
        <h1>{run.label}</h1>
        <Status run={run} />
        <span className="sub">
          {run.kind} · seed {run.seed} · <code>{run.id}</code>
        </span>
      </div>
      {run.kind === "tokenizer" && (
        <nav className="views" aria-label="Views of this run">
          {VIEWS.map(({ view: other, label }) => (
            <Link
              key={other}
              to={runAddress(run.id, other)}
              aria-current={other === view ? "page" : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
      )}
    </>
  );
}
