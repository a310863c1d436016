/** Rows and columns of a map of positions; one row where positions have no place in the image. */
export type Grid = readonly [rows: number, columns: number];

export const positionsOf = ([rows, columns]: Grid): number => rows * columns;
