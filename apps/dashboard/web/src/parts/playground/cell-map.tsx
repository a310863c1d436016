import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from "react";
import type { Grid } from "../../playground/cells.js";
import { CellFrames } from "./cell-frames.js";

export interface CellMapProps {
  readonly label: string;
  readonly grid: Grid;
  /** What a cell is, for who can't see it. */
  readonly describe: (cell: number) => string;
  /** The cell under the pointer or the keyboard's. */
  readonly cell: number | undefined;
  readonly onCell: (cell: number | undefined) => void;
  /** A press on a cell; `moved`: the pointer came there while it was down. */
  readonly onPress: (cell: number, moved: boolean) => void;
  /** What is drawn. */
  readonly children: ReactNode;
}

/**
 * A picture divided into cells that can be pointed at and pressed. By keyboard it is a slider over the cells:
 * arrows move, Enter presses.
 */
export function CellMap(props: CellMapProps) {
  const { label, grid, describe, cell, onCell, onPress, children } = props;
  const [rows, columns] = grid;
  const pressed = useRef<number | undefined>(undefined);
  const cellAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = (at: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor(at * count)));
    const row = place((event.clientY - box.top) / box.height, rows);
    return row * columns + place((event.clientX - box.left) / box.width, columns);
  };
  const press = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    const at = cellAt(event);
    pressed.current = at;
    event.currentTarget.setPointerCapture(event.pointerId);
    onCell(at);
    onPress(at, false);
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const at = cellAt(event);
    if (at !== cell) onCell(at);
    if (pressed.current === undefined || pressed.current === at) return;
    pressed.current = at;
    onPress(at, true);
  };
  const release = () => {
    pressed.current = undefined;
  };
  const step = (event: KeyboardEvent<HTMLInputElement>) => {
    const at = Number(event.currentTarget.value);
    const steps: Readonly<Record<string, number>> = { ArrowUp: -columns, ArrowDown: columns };
    const by = steps[event.key];
    if (by !== undefined) {
      event.preventDefault();
      if (at + by >= 0 && at + by < rows * columns) onCell(at + by);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onPress(at, false);
    }
  };
  return (
    <div
      className="cell-map"
      style={{ aspectRatio: `${columns} / ${rows}` }}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
      onPointerLeave={() => onCell(undefined)}
    >
      {children}
      {cell !== undefined && <CellFrames grid={grid} cells={[cell]} className="cursor" />}
      <input
        type="range"
        className="cell-cursor"
        aria-label={label}
        aria-valuetext={`${describe(cell ?? 0)}. Arrow keys move, Enter chooses.`}
        min={0}
        max={rows * columns - 1}
        value={cell ?? 0}
        onChange={(event) => onCell(Number(event.target.value))}
        onFocus={() => onCell(cell ?? 0)}
        onBlur={() => onCell(undefined)}
        onKeyDown={step}
      />
    </div>
  );
}
