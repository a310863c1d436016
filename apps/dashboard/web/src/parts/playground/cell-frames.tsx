import type { Grid } from "../../playground/cells.js";

/** Frames around cells of a grid, over a picture or a map of it. */
export function CellFrames({
  grid: [rows, columns],
  cells,
  className = "",
}: {
  grid: Grid;
  cells: Iterable<number>;
  className?: string;
}) {
  return (
    <svg
      className={`frames ${className}`}
      viewBox={`0 0 ${columns} ${rows}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {[...cells].map((cell) => (
        <rect
          key={cell}
          x={cell % columns}
          y={Math.floor(cell / columns)}
          width="1"
          height="1"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
