import type { SweepTable } from "../../../server/api-types.js";
import { groupColour } from "../data/colours.js";
import { useQueryParameter } from "../data/location.js";
import { markWords, Plot } from "./plot.js";

/** Two columns of a table against one another, a point a row. */
export function Scatter({ table }: { table: SweepTable }) {
  const titles = table.columns.map(({ title }) => title);
  const numeric = titles.filter((_, i) =>
    table.rows.some(({ cells }) => cells[i]?.value !== undefined),
  );
  const [x, setX] = useQueryParameter(`${table.name}.x`, numeric.at(-1) ?? "");
  const [y, setY] = useQueryParameter(`${table.name}.y`, numeric[0] ?? "");
  if (numeric.length < 2) return null;
  const [column, row] = [titles.indexOf(x), titles.indexOf(y)];
  const points = table.rows.flatMap(({ label, cells }, index) => {
    const [a, b] = [cells[column]?.value, cells[row]?.value];
    return a === undefined || b === undefined ? [] : [{ label, index, a, b }];
  });
  const choose = (value: string, set: (title: string) => void, label: string) => (
    <label className="inline">
      {label}
      <select value={value} onChange={(event) => set(event.target.value)}>
        {numeric.map((title) => (
          <option key={title}>{title}</option>
        ))}
      </select>
    </label>
  );
  return (
    <details className="card">
      <summary>Plot two columns</summary>
      <Plot
        name={table.name}
        x={x}
        y={y}
        xs={points.map(({ a }) => a)}
        ys={points.map(({ b }) => b)}
        words={points.map(({ label, a, b }) => markWords(label, a, b)).join("; ")}
        controls={
          <>
            {choose(x, setX, "across")}
            {choose(y, setY, "up")}
          </>
        }
      >
        {({ atX, atY, isRight }) =>
          points.map(({ label, index, a, b }) => (
            <g key={label}>
              <circle cx={atX(a)} cy={atY(b)} r={5} fill={`var(${groupColour(index)})`} />
              <text
                x={atX(a) + (isRight(a) ? -9 : 9)}
                y={atY(b) + 4}
                textAnchor={isRight(a) ? "end" : "start"}
                fill="var(--ink)"
              >
                {label}
              </text>
            </g>
          ))
        }
      </Plot>
    </details>
  );
}
