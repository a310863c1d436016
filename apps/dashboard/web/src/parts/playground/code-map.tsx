import { useEffect, useMemo, useRef } from "react";
import { categoryColour } from "../../data/colours.js";
import { cellsOf, placeOf, shownGrid } from "../../playground/cells.js";
import type { Model } from "../../playground/protocol.js";
import { CellFrames } from "./cell-frames.js";
import { CellMap } from "./cell-map.js";

/** A codebook's code at a place. */
export interface ChosenCode {
  readonly codebook: string;
  readonly code: number;
}

/** The codes of an image: a colour for each, the chosen one framed wherever it is. */
export function CodeMap({
  codebook,
  codes,
  drawn = codes.length,
  cell,
  onCell,
  chosen,
  onChoose,
}: {
  codebook: Model["codebooks"][number];
  codes: Int32Array;
  /** Cells that count, of an image that is being drawn. */
  drawn?: number;
  cell: number | undefined;
  onCell: (cell: number | undefined) => void;
  chosen: ChosenCode | undefined;
  onChoose: (chosen: ChosenCode | undefined) => void;
}) {
  const { name, size, grid } = codebook;
  const shown = shownGrid(grid);
  const code = chosen?.codebook === name ? chosen.code : undefined;
  const marked = useMemo(() => (code === undefined ? [] : cellsOf(codes, code)), [codes, code]);
  const different = useMemo(() => new Set(codes.subarray(0, drawn)).size, [codes, drawn]);
  const describe = (at: number) => {
    const times = cellsOf(codes, codes[at]!).length;
    return `${placeOf(at, shown)}: code ${codes[at]}, ${times} ${times === 1 ? "cell" : "cells"}`;
  };
  return (
    <figure className="media">
      <CellMap
        label={`Codes of ${name}`}
        grid={shown}
        describe={describe}
        cell={cell}
        onCell={onCell}
        onPress={(at) => {
          const other = codes[at]!;
          onChoose(other === code ? undefined : { codebook: name, code: other });
        }}
      >
        <Colours codes={codes} drawn={drawn} grid={shown} faded={code} />
        <CellFrames grid={shown} cells={marked} />
      </CellMap>
      <figcaption>
        {cell !== undefined ? (
          describe(cell)
        ) : code !== undefined ? (
          `code ${code}: ${marked.length} of ${codes.length} cells`
        ) : (
          <>
            <b>{name}</b> · {different} of {size} codes
          </>
        )}
      </figcaption>
    </figure>
  );
}

/** A pixel a cell. Where a code is chosen the others are pale. */
function Colours({
  codes,
  drawn,
  grid: [rows, columns],
  faded,
}: {
  codes: Int32Array;
  drawn: number;
  grid: readonly [number, number];
  faded: number | undefined;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    context.clearRect(0, 0, columns, rows);
    for (const [cell, code] of codes.subarray(0, drawn).entries()) {
      context.globalAlpha = faded === undefined || faded === code ? 1 : 0.22;
      context.fillStyle = categoryColour(code);
      context.fillRect(cell % columns, Math.floor(cell / columns), 1, 1);
    }
  }, [codes, drawn, rows, columns, faded]);
  return <canvas ref={canvas} width={columns} height={rows} />;
}
