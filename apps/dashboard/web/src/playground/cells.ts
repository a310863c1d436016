import type { Codes, Model, Pixels } from "./protocol.js";

/** Rows and columns. */
export type Grid = readonly [number, number];

/** Whether a cell is a place in the image: codes of a single row stand for all of it. */
export const hasPlaces = ([rows, columns]: Grid): boolean => rows > 1 || columns === 1;

/** The shape in which cells are shown: as they lie in the image, or as near to a square as they fit. */
export function shownGrid(grid: Grid): Grid {
  if (hasPlaces(grid)) return grid;
  const [, count] = grid;
  let rows = Math.floor(Math.sqrt(count));
  while (count % rows !== 0) rows -= 1;
  return [rows, count / rows];
}

/** Where a cell is, for people. */
export const placeOf = (cell: number, [, columns]: Grid): string =>
  `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`;

/** The cells with a code. */
export const cellsOf = (codes: Int32Array, code: number): number[] =>
  [...codes.keys()].filter((cell) => codes[cell] === code);

/** The square of cells around one, `side` cells wide, as far as the grid reaches. */
export function brushCells(cell: number, grid: Grid, side: number): number[] {
  const [rows, columns] = grid;
  const before = Math.floor((side - 1) / 2);
  const [row, column] = [Math.floor(cell / columns) - before, (cell % columns) - before];
  const cells: number[] = [];
  for (let y = Math.max(0, row); y < Math.min(rows, row + side); y++)
    for (let x = Math.max(0, column); x < Math.min(columns, column + side); x++)
      cells.push(y * columns + x);
  return cells;
}

/** By codebook, for each cell: 0 takes the first image's code, 1 the second's. */
export type Choice = Readonly<Record<string, Uint8Array>>;

/** The first codebook of the first image, the others of the second. */
export const firstChoice = (codebooks: Model["codebooks"]): Choice =>
  Object.fromEntries(
    codebooks.map(({ name, grid }, i) => [
      name,
      new Uint8Array(grid[0] * grid[1]).fill(i === 0 && codebooks.length > 1 ? 0 : 1),
    ]),
  );

/** Codes of which each cell is one image's or the other's. */
export const mixCodes = (choice: Choice, images: readonly [Codes, Codes]): Codes =>
  Object.fromEntries(
    Object.entries(choice).map(([name, cells]) => [
      name,
      Int32Array.from(cells, (image, cell) => images[image as 0 | 1][name]![cell]!),
    ]),
  );

/** Two pictures of one size, put together as the cells say. */
export function collage(
  cells: Uint8Array,
  [rows, columns]: Grid,
  pictures: readonly [Pixels, Pixels],
): Pixels {
  const { width, height } = pictures[0];
  const data = new Uint8Array(pictures[0].data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      const at = 3 * (y * width + x);
      data.set(pictures[cells[cell] as 0 | 1].data.subarray(at, at + 3), at);
    }
  return { width, height, data };
}

/** Codes as rows of a grid, for a file. */
export const codesAsRows = (codes: Codes, codebooks: Model["codebooks"]) =>
  Object.fromEntries(
    codebooks.map(({ name, grid: [rows, columns] }) => [
      name,
      Array.from({ length: rows }, (_, row) =>
        Array.from(codes[name]!.subarray(row * columns, (row + 1) * columns)),
      ),
    ]),
  );

/** Codebooks of one quantizer have their factor's name, composed ones begin with it: visualLevel1. */
export const factorOf = (codebook: string, factors: readonly string[]): string | undefined =>
  factors.includes(codebook)
    ? codebook
    : factors
        .filter((factor) => codebook.startsWith(factor))
        .sort((a, b) => b.length - a.length)[0];
