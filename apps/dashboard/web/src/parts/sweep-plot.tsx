import type { SweepPlot as PlotData } from "../../../server/api-types.js";
import { groupColour } from "../data/colours.js";
import { markWords, Plot } from "./plot.js";

/** A plot that the sweep's file asks for: rows joined to lines, bars of one standard deviation. */
export function SweepPlot({ plot }: { plot: PlotData }) {
  const { name, title, x, y, lines } = plot;
  const points = lines.flatMap((line) => line.points);
  const words = points.map((point) => markWords(point.label ?? "", point.x, point.y));
  return (
    <section className="card">
      <h2>{title}</h2>
      <ul className="legend">
        {lines.map((line, i) => (
          <li key={line.name}>
            <span className="dot" style={{ background: `var(${groupColour(i)})` }} />
            {line.name}
          </li>
        ))}
      </ul>
      <Plot
        name={`plot-${name}`}
        x={x}
        y={y}
        xs={points.map((point) => point.x)}
        ys={points.flatMap((point) => [
          point.y - (point.deviation ?? 0),
          point.y + (point.deviation ?? 0),
        ])}
        words={words.join("; ")}
      >
        {({ atX, atY }) =>
          lines.map((line, i) => {
            const colour = `var(${groupColour(i)})`;
            const sorted = [...line.points].sort((a, b) => a.x - b.x);
            return (
              <g key={line.name} stroke={colour} fill={colour}>
                <polyline
                  fill="none"
                  strokeWidth={1.5}
                  points={sorted.map((point) => `${atX(point.x)},${atY(point.y)}`).join(" ")}
                />
                {sorted.map((point) => (
                  <g key={point.label}>
                    {point.deviation !== undefined && (
                      <line
                        x1={atX(point.x)}
                        x2={atX(point.x)}
                        y1={atY(point.y - point.deviation)}
                        y2={atY(point.y + point.deviation)}
                        opacity={0.6}
                      />
                    )}
                    <circle cx={atX(point.x)} cy={atY(point.y)} r={4} stroke="none">
                      <title>{markWords(point.label ?? "", point.x, point.y)}</title>
                    </circle>
                  </g>
                ))}
              </g>
            );
          })
        }
      </Plot>
    </section>
  );
}
