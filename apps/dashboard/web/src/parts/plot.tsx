import { type ReactNode, useRef } from "react";
import { resolveColour } from "../data/colours.js";
import { formatNumber } from "../data/format.js";

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [640, 360, 64, 16, 24, 46] as const;

/** At most eight round places between the ends. */
function ticks(low: number, high: number): number[] {
  const span = high - low;
  const unit = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((size) => span / size <= 7)!;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => first + i * step);
}

/** A little room around the values; one value alone gets room too. */
function range(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = high > low ? 0.08 * (high - low) : Math.max(1, 0.1 * Math.abs(high));
  return [low - room, high + room];
}

/** Where values lie in the drawing. */
export interface Places {
  readonly atX: (value: number) => number;
  readonly atY: (value: number) => number;
  /** Whether a label goes to the left of its mark. */
  readonly isRight: (value: number) => boolean;
}

/** Two axes with a grid around what is drawn on them, and a button that saves it all. */
export function Plot({
  name,
  x,
  y,
  xs,
  ys,
  words,
  controls,
  children,
}: {
  /** Of the file that it is saved to. */
  name: string;
  /** What the axes show. */
  x: string;
  y: string;
  /** Values that must lie inside. */
  xs: readonly number[];
  ys: readonly number[];
  /** The picture in words. */
  words: string;
  controls?: ReactNode;
  children: (places: Places) => ReactNode;
}) {
  const svg = useRef<SVGSVGElement>(null);
  const [xLow, xHigh] = range(xs);
  const [yLow, yHigh] = range(ys);
  const atX = (value: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (value - xLow)) / (xHigh - xLow);
  const atY = (value: number) =>
    HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (value - yLow)) / (yHigh - yLow);
  const save = () => {
    const drawn = new XMLSerializer().serializeToString(svg.current!);
    // Colours by name mean nothing outside of this page.
    const text = drawn.replaceAll(/var\((--[\w-]+)\)/g, (_, name) => resolveColour(name));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    link.download = `${name}.svg`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <>
      <div className="toolbar" style={{ margin: "0.7rem 0" }}>
        {controls}
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
        aria-label={`${y} against ${x}: ${words}`}
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
        {children({ atX, atY, isRight: (value) => atX(value) > WIDTH * 0.7 })}
      </svg>
    </>
  );
}

/** A mark's name in words: "VQ 64 384, 19.4". */
export const markWords = (label: string, x: number, y: number) =>
  `${label} ${formatNumber(x)}, ${formatNumber(y)}`;
