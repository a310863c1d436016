import { resizePil, unpackImages } from "@fqgan/image";

/** What is left of a picture when near copies are to look alike: [16, 16, 3] in [0, 1]. */
const THUMBNAIL = 16;

/** Pictures nearer than this (root mean square over the thumbnail's values) are near copies. */
export const NEAR_COPY_DISTANCE = 0.08;

function thumbnails(pixels: Uint8Array, size: number): Float32Array[] {
  return unpackImages(pixels, size).map((image) => {
    const small = resizePil(image, { width: THUMBNAIL, height: THUMBNAIL, filter: "box" });
    return Float32Array.from(small.data, (value) => value / 255);
  });
}

/** The mean square distance, or anything larger than `limit` as soon as it is known to be. */
function meanSquare(a: Float32Array, b: Float32Array, limit: number): number {
  const enough = limit * a.length;
  let sum = 0;
  for (let i = 0; i < a.length && sum <= enough; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum / a.length;
}

/** The most similar reference image. */
export interface NearestNeighbour {
  /** Position in the reference images. */
  readonly index: number;
  /** Root mean square difference of the thumbnails, 0 … 1. */
  readonly distance: number;
}

/**
 * For every held-out image the most similar training image. How many are nearer than
 * `NEAR_COPY_DISTANCE` says how much a split leaks.
 *
 * @param heldOut [n, S, S, 3] uint8
 * @param training [m, S, S, 3] uint8
 */
export function nearestNeighbours(
  heldOut: Uint8Array,
  training: Uint8Array,
  size: number,
): NearestNeighbour[] {
  const reference = thumbnails(training, size);
  return thumbnails(heldOut, size).map((thumbnail) => {
    let best = { index: -1, distance: Number.POSITIVE_INFINITY };
    reference.forEach((other, index) => {
      const distance = meanSquare(thumbnail, other, best.distance);
      if (distance < best.distance) best = { index, distance };
    });
    return { index: best.index, distance: Math.sqrt(best.distance) };
  });
}

/** The share of held-out images with a near copy among the training images. */
export function nearCopyShare(neighbours: readonly NearestNeighbour[]): number {
  return (
    neighbours.filter(({ distance }) => distance < NEAR_COPY_DISTANCE).length / neighbours.length
  );
}
