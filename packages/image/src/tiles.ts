/** Cutting a picture into overlapping squares and joining them again, for models of one image size. */
import { UserError } from "@fqgan/registry";
import { crop } from "./crop.js";
import type { Image } from "./image.js";

/** A picture as overlapping squares: how large, and where. */
export interface TileLayout {
  /** Of the whole picture, pixels. */
  readonly width: number;
  readonly height: number;
  /** Side of the squares. */
  readonly tile: number;
  /** Top left corners, row by row. */
  readonly places: readonly { readonly left: number; readonly top: number }[];
}

/**
 * As few tiles as cover a picture with neighbours sharing at least `overlap` pixels, spread evenly; none
 * reaches outside. Both sides must be at least as long as a tile.
 */
export function tileLayout(
  { width, height }: { readonly width: number; readonly height: number },
  { tile, overlap }: { readonly tile: number; readonly overlap: number },
): TileLayout {
  if (Math.min(width, height) < tile || overlap < 0 || overlap >= tile)
    throw new UserError(
      `tiles: expected a picture of at least ${tile}×${tile} and an overlap below ${tile}, got ` +
        `${width}×${height} and ${overlap}; enlarge the picture first`,
    );
  const starts = (length: number) => {
    const count = Math.ceil((length - tile) / (tile - overlap)) + 1;
    return Array.from({ length: count }, (_, i) =>
      count === 1 ? 0 : Math.round((i * (length - tile)) / (count - 1)),
    );
  };
  const lefts = starts(width);
  const places = starts(height).flatMap((top) => lefts.map((left) => ({ left, top })));
  return { width, height, tile, places };
}

/** The squares of a layout, each `[tile, tile, C]`. */
export function cutTiles(image: Image, { tile, places }: TileLayout): Image[] {
  return places.map((place) => crop(image, { ...place, width: tile, height: tile }));
}

/** The whole picture; where tiles overlap they fade into one another. */
export function joinTiles(tiles: readonly Image[], layout: TileLayout): Image {
  const { width, height, tile, places } = layout;
  const channels = tiles[0]!.channels;
  const sums = new Float32Array(width * height * channels);
  const shares = new Float32Array(width * height);
  // 1 at a tile's border, growing inwards: at the picture's own border there is nothing to fade into.
  const share = Float32Array.from({ length: tile }, (_, i) => Math.min(i + 1, tile - i));
  for (const [i, { data }] of tiles.entries()) {
    const { left, top } = places[i]!;
    for (let y = 0; y < tile; y++)
      for (let x = 0; x < tile; x++) {
        const pixel = (top + y) * width + left + x;
        const weight = share[y]! * share[x]!;
        shares[pixel]! += weight;
        for (let c = 0; c < channels; c++)
          sums[pixel * channels + c]! += weight * data[(y * tile + x) * channels + c]!;
      }
  }
  const joined = Uint8Array.from(sums, (sum, i) =>
    Math.round(sum / shares[Math.floor(i / channels)]!),
  );
  return { width, height, channels, data: joined };
}
