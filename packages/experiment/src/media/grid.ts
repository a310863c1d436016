import { contactSheet, encodePng, type Image, inRows } from "@fqgan/image";
import type { MediaItem } from "../store/run-folder.js";

/** A grid of equally large pictures without gaps, so that grids of a run can be laid over one another. */
export async function pictureGrid(
  pictures: readonly Image[],
  {
    columns,
    ...item
  }: Omit<MediaItem, "png" | "width" | "height" | "rows"> & { readonly columns: number },
): Promise<MediaItem> {
  const rows = inRows(pictures, columns);
  const sheet = contactSheet(rows, { gap: 0 });
  return {
    ...item,
    columns,
    rows: rows.length,
    width: sheet.width,
    height: sheet.height,
    png: await encodePng(sheet),
  };
}

/** Columns of a grid of n pictures: wide rather than tall, rows full where that is possible. */
export function gridColumns(n: number): number {
  return n <= 8 ? n : (([8, 7, 6, 9, 10] as const).find((columns) => n % columns === 0) ?? 8);
}
