import { useMemo } from "react";
import type { RunDetail } from "../../../server/api-types.js";
import { groupColour } from "../data/colours.js";
import { differences, groupBySetting } from "../data/compare.js";
import { formatNumber } from "../data/format.js";
import { useQueryList, useQueryParameter } from "../data/location.js";
import { mediaByKind } from "../data/media.js";
import { useRunDetails, useRuns } from "../data/queries.js";
import { mediaUrl } from "../data/source.js";
import { CurveGrid } from "../parts/curve-grid.js";
import { Delta } from "../parts/delta.js";
import { Link, runAddress } from "../parts/link.js";
import { Picture } from "../parts/picture.js";
import { Scroll } from "../parts/scroll.js";
import { Pending } from "../parts/status.js";

/** Some runs beside one another: curves, results, options, pictures at the same step. */
export function ComparePage() {
  const { data: runs, error } = useRuns();
  const [ids, setIds] = useQueryList("runs");
  const [byRun, setByRun] = useQueryParameter("group", "setting");
  const details = useRunDetails(ids);
  const chosen = useMemo(
    () => ids.flatMap((id) => runs?.find((run) => run.id === id) ?? []),
    [ids, runs],
  );
  const groups = useMemo(
    () =>
      byRun === "run"
        ? chosen.map((run) => ({ label: `${run.label}, seed ${run.seed}`, runs: [run.id] }))
        : groupBySetting(chosen),
    [chosen, byRun],
  );
  if (!runs) return <Pending error={error} what="runs" />;
  const rest = runs.filter(({ id, kind }) => !ids.includes(id) && kind !== "codes");
  return (
    <>
      <h1>Compare</h1>
      <div className="toolbar">
        {groups.map(({ label, runs: members }, index) => (
          <span className="chip" key={members.join()}>
            <span className="dot" style={{ background: `var(${groupColour(index)})` }} />
            <Link to={runAddress(members[0]!)}>{label}</Link>
            <button
              type="button"
              aria-label={`Leave out ${label}`}
              onClick={() => setIds(ids.filter((id) => !members.includes(id)))}
            >
              ×
            </button>
          </span>
        ))}
        <select
          aria-label="Add a run"
          value=""
          onChange={(event) => setIds([...ids, event.target.value])}
        >
          <option value="">add a run …</option>
          {rest.map((run) => (
            <option key={run.id} value={run.id}>
              {run.label} · {run.kind} · seed {run.seed}
            </option>
          ))}
        </select>
        <button
          type="button"
          aria-pressed={byRun === "run"}
          onClick={() => setByRun(byRun === "run" ? "setting" : "run")}
        >
          seeds apart
        </button>
      </div>
      {chosen.length === 0 ? (
        <p className="empty">Add runs here, or select rows in the table of runs.</p>
      ) : (
        <>
          <ResultTable details={details} />
          <CurveGrid
            groups={groups.map((group) => group.runs)}
            labels={groups.map((g) => g.label)}
          />
          <MediaRows details={details} />
          <DifferenceTable details={details} />
        </>
      )}
    </>
  );
}

const titleOf = ({ label, seed }: RunDetail): string => `${label}, seed ${seed}`;

/** Final numbers side by side; the first run is the baseline. */
function ResultTable({ details }: { details: readonly RunDetail[] }) {
  const names = [...new Set(details.flatMap(({ summary }) => Object.keys(summary)))];
  if (names.length === 0) return null;
  return (
    <Scroll label="Results">
      <table>
        <caption>Final results; in brackets the change from the first run.</caption>
        <thead>
          <tr>
            <th scope="col">Result</th>
            {details.map((run) => (
              <th className="number" scope="col" key={run.id} title={run.id}>
                {titleOf(run)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {details.map(({ id, summary, protocol }, index) => (
                <td className="number" key={id} title={protocol[name]}>
                  {formatNumber(summary[name])}
                  {index > 0 && <Delta value={summary[name]} from={details[0]!.summary[name]} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Options that differ. */
function DifferenceTable({ details }: { details: readonly RunDetail[] }) {
  const rows = differences(details);
  if (details.length < 2) return null;
  return (
    <Scroll label="Options that differ">
      <table>
        <caption>
          {rows.length === 0
            ? "The runs have the same options."
            : "Options that differ; a dash where a run has no such option."}
        </caption>
        <thead>
          <tr>
            <th scope="col">Option</th>
            {details.map((run) => (
              <th scope="col" key={run.id}>
                {titleOf(run)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ path, values }) => (
            <tr key={path}>
              <th scope="row">
                <code>{path}</code>
              </th>
              {values.map((value, index) => (
                <td key={details[index]!.id}>
                  <code>{value ?? "–"}</code>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Pictures of one kind from every run, at the last step that each has up to the chosen one. */
function MediaRows({ details }: { details: readonly RunDetail[] }) {
  const kinds = [...new Set(details.flatMap((run) => [...mediaByKind(run).keys()]))];
  const [kind, setKind] = useQueryParameter(
    "media",
    kinds.includes("reconstructions") ? "reconstructions" : (kinds[0] ?? ""),
  );
  const items = details.map((run) => run.media.filter((item) => item.kind === kind));
  const steps = [...new Set(items.flat().map(({ step }) => step))].sort((a, b) => a - b);
  const [place, setPlace] = useQueryParameter("step", "");
  if (kinds.length === 0) return null;
  const index = place === "" ? steps.length - 1 : Math.min(Number(place), steps.length - 1);
  const step = steps[index] ?? 0;
  return (
    <section className="card" style={{ display: "grid", gap: "0.8rem" }}>
      <div className="toolbar">
        <h2 style={{ margin: 0 }}>Pictures</h2>
        <select aria-label="Kind of picture" value={kind} onChange={(e) => setKind(e.target.value)}>
          {kinds.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        {steps.length > 1 && (
          <label className="inline">
            step {step.toLocaleString("en")}
            <input
              type="range"
              min={0}
              max={steps.length - 1}
              value={index}
              onChange={(event) => setPlace(event.target.value)}
            />
          </label>
        )}
      </div>
      {details.map((run, i) => {
        const item = items[i]!.findLast((other) => other.step <= step);
        return (
          <figure className="media" key={run.id}>
            <figcaption>
              {titleOf(run)}
              {item ? ` · step ${item.step.toLocaleString("en")}` : " · nothing up to this step"}
            </figcaption>
            {item && (
              <Picture source={mediaUrl(run.id, item.file)} alt={`${kind} of ${titleOf(run)}`} />
            )}
          </figure>
        );
      })}
    </section>
  );
}
