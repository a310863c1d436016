import { useRef } from "react";
import type { SweepTable } from "../../../server/api-types.js";
import { groupColour, resolveColour } from "../data/colours.js";
import { formatNumber } from "../data/format.js";
import { useQueryParameter } from "../data/location.js";

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [640, 360, 64, 16, 24, 46] as const;

/** Five round places between the ends. */
function ticks(low: number, high: number): number[] {
  const span = high - low;
  const unit = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((size) => span / size <= 5)!;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => first + i * step);
}

/** A little room around the values; one value alone gets room too. */
function range(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high > low ? 0.08 * (high - low) : Math.max(1, 0.1 * Math.abs(high));
  return [low - room, high + room];
}

/** Two columns of a table against one another, a point a row. */
export function Scatter({ table }: { table: SweepTable }) {
  const svg = useRef<SVGSVGElement>(null);
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
  const [xLow, xHigh] = range(points.map(({ a }) => a));
  const [yLow, yHigh] = range(points.map(({ b }) => b));
  const atX = (value: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (value - xLow)) / (xHigh - xLow);
  const atY = (value: number) =>
    HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (value - yLow)) / (yHigh - yLow);
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
  const save = () => {
    const drawn = new XMLSerializer().serializeToString(svg.current!);
    // Colours by name mean nothing outside of this page.
    const text = drawn.replaceAll(/var\((--[\w-]+)\)/g, (_, name) => resolveColour(name));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    link.download = `${table.name}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <details className="card">
      <summary>Plot two columns</summary>
      <div className="toolbar" style={{ margin: "0.7rem 0" }}>
        {choose(x, setX, "across")}
        {choose(y, setY, "up")}
        <button type="button" onClick={save}>
          Save as SVG
        </button>
      </div>
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width="100%"
        style={{ maxWidth: 900, font: "12px system-ui, sans-serif" }}
        role="img"
        aria-label={`${y} against ${x}: ${points.map(({ label, a, b }) => `${label} ${formatNumber(a)}, ${formatNumber(b)}`).join("; ")}`}
      >
        {ticks(xLow, xHigh).map((tick) => (
          <g key={tick}>
            <line
              x1={atX(tick)}
              x2={atX(tick)}
              y1={TOP}
              y2={HEIGHT - BOTTOM}
              stroke="var(--line)"
            />
            <text x={atX(tick)} y={HEIGHT - BOTTOM + 16} textAnchor="middle" fill="var(--muted)">
              {formatNumber(tick)}
            </text>
          </g>
        ))}
        {ticks(yLow, yHigh).map((tick) => (
          <g key={tick}>
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={atY(tick)} y2={atY(tick)} stroke="var(--line)" />
            <text x={LEFT - 8} y={atY(tick) + 4} textAnchor="end" fill="var(--muted)">
              {formatNumber(tick)}
            </text>
          </g>
        ))}
        <text x={(WIDTH + LEFT) / 2} y={HEIGHT - 8} textAnchor="middle" fill="var(--ink)">
          {x}
        </text>
        <text
          transform={`translate(14 ${HEIGHT / 2}) rotate(-90)`}
          textAnchor="middle"
          fill="var(--ink)"
        >
          {y}
        </text>
        {points.map(({ label, index, a, b }) => {
          const left = atX(a) > WIDTH * 0.7;
          return (
            <g key={label}>
              <circle cx={atX(a)} cy={atY(b)} r={5} fill={`var(${groupColour(index)})`} />
              <text
                x={atX(a) + (left ? -9 : 9)}
                y={atY(b) + 4}
                textAnchor={left ? "end" : "start"}
                fill="var(--ink)"
              >
                {label}
              </text>
            </g>
          );
        })}
      </svg>
    </details>
  );
}
