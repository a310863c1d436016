import type { Image } from "./image.js";
import { resizePil } from "./resize/pil.js";

/** How pictures are laid out. */
export interface ContactSheetOptions {
  /** Pixels between pictures and around them; default 2. */
  readonly gap?: number;
  /** Whole-number enlargement of every picture, without smoothing; default 1. */
  readonly scale?: number;
  /** Colour of the gaps; default white. */
  readonly background?: readonly [number, number, number];
}

/**
 * Pictures side by side: `rows[r][c]` in row r and column c, every cell as large as the largest picture,
 * pictures in their cell's top left corner. Rows may be of different lengths.
 */
export function contactSheet(
  rows: readonly (readonly Image[])[],
  { gap = 2, scale = 1, background = [255, 255, 255] }: ContactSheetOptions = {},
): Image {
  const all = rows.flat();
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const cellWidth = scale * Math.max(0, ...all.map((image) => image.width));
  const cellHeight = scale * Math.max(0, ...all.map((image) => image.height));
  const width = columns * (cellWidth + gap) + gap;
  const height = rows.length * (cellHeight + gap) + gap;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = background[i % 3]!;
  rows.forEach((row, r) => {
    row.forEach((image, c) => {
      const large = resizePil(image, {
        width: image.width * scale,
        height: image.height * scale,
        filter: "nearest",
      });
      const top = gap + r * (cellHeight + gap);
      const left = gap + c * (cellWidth + gap);
      for (let y = 0; y < large.height; y++) {
        const line = large.data.subarray(y * large.width * 3, (y + 1) * large.width * 3);
        data.set(line, ((top + y) * width + left) * 3);
      }
    });
  });
  return { width, height, channels: 3, data };
}

/** A list cut into rows of `columns`, for `contactSheet`. */
export function inRows<T>(items: readonly T[], columns: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, r) =>
    items.slice(r * columns, (r + 1) * columns),
  );
}
