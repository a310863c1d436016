import { type Image, resizePil } from "@fqgan/image";

/** Colours from nothing to most: black, violet, orange, white; RGB in 0 … 255. */
const SCALE = [
  [0, 0, 0],
  [87, 15, 109],
  [229, 92, 48],
  [252, 255, 255],
] as const;

/** A colour for a share in [0, 1]; what lies outside is taken for the nearer end. */
export function heatColour(share: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, share)) * (SCALE.length - 1);
  const below = Math.min(SCALE.length - 2, Math.floor(place));
  const [from, to] = [SCALE[below]!, SCALE[below + 1]!];
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(from[channel] + (place - below) * (to[channel] - from[channel]));
  return [mix(0), mix(1), mix(2)];
}

/** Values of the positions of a grid as a picture whose longer side is `side` pixels; `most` is white. */
export function heatMap(
  values: ArrayLike<number>,
  options: {
    readonly grid: readonly [rows: number, columns: number];
    readonly side: number;
    readonly most: number;
  },
): Image {
  const { grid, side, most } = options;
  const [rows, columns] = grid;
  const data = new Uint8Array(rows * columns * 3);
  for (let i = 0; i < rows * columns; i++)
    data.set(heatColour(most > 0 ? values[i]! / most : 0), i * 3);
  const cell = Math.max(1, Math.floor(side / Math.max(rows, columns)));
  const small: Image = { width: columns, height: rows, channels: 3, data };
  return resizePil(small, { width: columns * cell, height: rows * cell, filter: "nearest" });
}
