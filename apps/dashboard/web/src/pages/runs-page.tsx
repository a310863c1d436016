import {
  createColumnHelper,
  getCoreRowModel,
  getSortedRowModel,
  type SortingState,
  useReactTable,
} from "@tanstack/react-table";
import { useMemo } from "react";
import type { RunRow } from "../../../server/api-types.js";
import { formatAgo, formatNumber } from "../data/format.js";
import { navigate, useQueryList, useQueryParameter } from "../data/location.js";
import { useRuns } from "../data/queries.js";
import { commonMetrics, groupRuns, matches } from "../data/run-table.js";
import { ColumnChooser } from "../parts/column-chooser.js";
import { Delta } from "../parts/delta.js";
import { Link, runAddress } from "../parts/link.js";
import { RunTable } from "../parts/run-table.js";
import { Pending, Status } from "../parts/status.js";

const column = createColumnHelper<RunRow>();

export function RunsPage() {
  const { data: runs, error } = useRuns();
  const [filter, setFilter] = useQueryParameter("filter", "");
  const [kind, setKind] = useQueryParameter("kind", "");
  const [sort, setSort] = useQueryParameter("sort", "-updated");
  const [grouping, setGrouping] = useQueryParameter("group", "");
  const [baseline, setBaseline] = useQueryParameter("baseline", "");
  const [chosenColumns, setColumns] = useQueryList("columns");
  const [selected, setSelected] = useQueryList("selected");
  const kinds = useMemo(() => [...new Set(runs?.map((run) => run.kind))].sort(), [runs]);
  const filtered = useMemo(
    () => (runs ?? []).filter((run) => (!kind || run.kind === kind) && matches(run, filter)),
    [runs, filter, kind],
  );
  const shown = useMemo(
    () => (grouping === "seeds" ? groupRuns(filtered) : filtered),
    [filtered, grouping],
  );
  const known = useMemo(() => commonMetrics(filtered), [filtered]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is new at every rendering, its text is not
  const metrics = useMemo(
    () => (chosenColumns.length > 0 ? chosenColumns : known.slice(0, 6)),
    [chosenColumns.join(), known],
  );
  const pinned = runs?.find(({ id }) => id === baseline);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const columns = useMemo(
    () => [
      column.display({
        id: "select",
        header: () => <span className="unseen">Select</span>,
        cell: ({ row: { original: run } }) => (
          <input
            type="checkbox"
            aria-label={`Select ${run.label}, seed ${run.seed}`}
            checked={selected.includes(run.id)}
            onChange={({ target }) =>
              setSelected(
                target.checked ? [...selected, run.id] : selected.filter((id) => id !== run.id),
              )
            }
          />
        ),
      }),
      column.accessor("label", {
        id: "name",
        header: "Run",
        cell: ({ row: { original: run } }) => (
          <>
            <Link to={runAddress(run.id)} title={run.id}>
              {run.label}
            </Link>
            {run.id === baseline && <span className="count"> baseline</span>}
          </>
        ),
      }),
      column.accessor("kind", { header: "Kind" }),
      column.accessor("status", {
        header: "Status",
        cell: (cell) => <Status run={cell.row.original} />,
      }),
      column.accessor("seed", {
        header: grouping === "seeds" ? "Seeds" : "Seed",
        cell: ({ row: { original: run } }) => run.seeds?.length ?? run.seed,
        meta: { number: true },
      }),
      ...metrics.map((name) =>
        column.accessor((run) => run.summary[name], {
          id: `m.${name}`,
          header: name,
          cell: ({ row: { original: run } }) => (
            <>
              {formatNumber(run.summary[name])}
              {run.deviation?.[name] !== undefined && (
                <span className="change"> ± {formatNumber(run.deviation[name])}</span>
              )}
              {pinned && pinned.id !== run.id && (
                <Delta value={run.summary[name]} from={pinned.summary[name]} />
              )}
            </>
          ),
          sortUndefined: "last",
          meta: { number: true },
        }),
      ),
      column.accessor("updatedMs", {
        id: "updated",
        header: "Updated",
        cell: (cell) => formatAgo(cell.getValue()),
      }),
    ],
    [metrics, selected.join(), baseline, pinned, grouping],
  );
  // A new array would be a new state to the table, which would render again, and so on.
  const sorting = useMemo<SortingState>(
    () => [{ id: sort.replace(/^-/, ""), desc: sort.startsWith("-") }],
    [sort],
  );
  const table = useReactTable({
    data: shown,
    columns,
    state: { sorting },
    getRowId: (run) => run.id,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    autoResetPageIndex: false,
    onSortingChange: (update) => {
      const [next] = typeof update === "function" ? update(sorting) : update;
      setSort(next ? `${next.desc ? "-" : ""}${next.id}` : "-updated");
    },
  });

  if (!runs) return <Pending error={error} what="runs" />;
  return (
    <>
      <div className="heading">
        <h1>Runs</h1>
        <span className="sub">{runs.filter((run) => run.status === "running").length} running</span>
      </div>
      <div className="toolbar">
        <input
          type="search"
          placeholder="Filter: words, status, metric<number"
          aria-label="Filter runs"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <select value={kind} onChange={(event) => setKind(event.target.value)} aria-label="Kind">
          <option value="">every kind</option>
          {kinds.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button
          type="button"
          aria-pressed={grouping === "seeds"}
          onClick={() => setGrouping(grouping === "seeds" ? "" : "seeds")}
        >
          group seeds
        </button>
        <ColumnChooser known={known} chosen={metrics} onChoose={setColumns} />
        <span className="count">
          {grouping === "seeds" ? `${shown.length} settings of ` : ""}
          {filtered.length} of {runs.length}
        </span>
        {selected.length > 0 && (
          <span className="toolbar" style={{ marginLeft: "auto" }}>
            <button
              type="button"
              onClick={() => navigate(`/compare?runs=${selected.map(encodeURIComponent).join()}`)}
            >
              Compare {selected.length}
            </button>
            <button
              type="button"
              onClick={() => setBaseline(baseline === selected[0] ? "" : selected[0]!)}
            >
              {baseline === selected[0] ? "Unpin the baseline" : "Pin as baseline"}
            </button>
            <button type="button" onClick={() => setSelected([])}>
              Clear
            </button>
          </span>
        )}
      </div>
      {runs.length === 0 ? (
        <p className="empty">
          No runs here. <code>npm run ablation -- --quick</code> makes some.
        </p>
      ) : (
        <RunTable table={table} />
      )}
    </>
  );
}
