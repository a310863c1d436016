import {
  createColumnHelper,
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  type SortingState,
  useReactTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import type { RunRow } from "../../../server/api-types.js";
import { formatAgo, formatNumber } from "../data/format.js";
import { follow, useQueryParameter } from "../data/location.js";
import { useRuns } from "../data/queries.js";
import { Pending, Status } from "../parts/status.js";

const column = createColumnHelper<RunRow>();
const ROW_HEIGHT = 38;
const MOST_METRICS = 6;

const isResult = (name: string) => Number(name.startsWith("test/"));

/** Measured results first, then those that most runs have. */
function commonMetrics(runs: readonly RunRow[]): string[] {
  const counts = new Map<string, number>();
  for (const run of runs)
    for (const name of Object.keys(run.summary)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts.entries()]
    .sort(([a, times], [b, others]) => isResult(b) - isResult(a) || others - times)
    .slice(0, MOST_METRICS)
    .map(([name]) => name);
}

export function RunsPage() {
  const { data: runs, error } = useRuns();
  const [filter, setFilter] = useQueryParameter("filter", "");
  const [kind, setKind] = useQueryParameter("kind", "");
  const [sort, setSort] = useQueryParameter("sort", "-updated");
  const kinds = useMemo(() => [...new Set(runs?.map((run) => run.kind))].sort(), [runs]);
  const shown = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/);
    return (runs ?? []).filter((run) => {
      const text = `${run.label} ${run.id} ${run.kind} ${run.status}`.toLowerCase();
      return (!kind || run.kind === kind) && words.every((word) => text.includes(word));
    });
  }, [runs, filter, kind]);

  const metrics = useMemo(() => commonMetrics(shown), [shown]);
  const columns = useMemo(
    () => [
      column.accessor("label", {
        id: "name",
        header: "Run",
        cell: ({ row: { original: run } }) => (
          <a href={`/runs/${encodeURIComponent(run.id)}`} onClick={follow} title={run.id}>
            {run.label}
          </a>
        ),
      }),
      column.accessor("kind", { header: "Kind" }),
      column.accessor("status", {
        header: "Status",
        cell: (cell) => <Status run={cell.row.original} />,
      }),
      column.accessor("seed", { header: "Seed", meta: { number: true } }),
      ...metrics.map((name) =>
        column.accessor((run) => run.summary[name], {
          id: `m.${name}`,
          header: name,
          cell: (cell) => formatNumber(cell.getValue()),
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
    [metrics],
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
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    autoResetPageIndex: false,
    onSortingChange: (update) => {
      const [next] = typeof update === "function" ? update(sorting) : update;
      setSort(next ? `${next.desc ? "-" : ""}${next.id}` : "-updated");
    },
  });
  const rows = table.getRowModel().rows;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const visible = virtual.getVirtualItems();
  const before = visible[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (visible.at(-1)?.end ?? 0);

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
          placeholder="Filter by name, kind, status"
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
        <span className="count">
          {shown.length} of {runs.length}
        </span>
      </div>
      {runs.length === 0 ? (
        <p className="empty">
          No runs here. <code>npm run ablation -- --quick</code> makes some.
        </p>
      ) : (
        <div className="scroll" ref={scroller} style={{ maxHeight: "72vh" }}>
          <table>
            <thead>
              {table.getHeaderGroups().map((group) => (
                <tr key={group.id}>
                  {group.headers.map((header) => {
                    const direction = header.column.getIsSorted();
                    return (
                      <th
                        key={header.id}
                        className={header.column.columnDef.meta ? "number" : undefined}
                        aria-sort={
                          direction === "asc" ? "ascending" : direction ? "descending" : undefined
                        }
                      >
                        <button type="button" onClick={header.column.getToggleSortingHandler()}>
                          {flexRender(header.column.columnDef.header, header.getContext())}
                          {direction === "asc" ? " ↑" : direction ? " ↓" : ""}
                        </button>
                      </th>
                    );
                  })}
                </tr>
              ))}
            </thead>
            <tbody>
              {before > 0 && <tr style={{ height: before }} />}
              {visible.map(({ index }) => {
                const row = rows[index]!;
                return (
                  <tr key={row.id} style={{ height: ROW_HEIGHT }}>
                    {row.getVisibleCells().map((cell) => (
                      <td
                        key={cell.id}
                        className={
                          cell.column.columnDef.meta ? "number" : `column-${cell.column.id}`
                        }
                      >
                        {flexRender(cell.column.columnDef.cell, cell.getContext())}
                      </td>
                    ))}
                  </tr>
                );
              })}
              {after > 0 && <tr style={{ height: after }} />}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
