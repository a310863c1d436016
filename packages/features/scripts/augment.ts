import { fold, type Key, uniform } from "@fqgan/tensor";

/** Numbers drawn for one image. */
const DRAWS = 10;

/**
 * Images for training: moved, scaled, recoloured, one in five seen at half the resolution. Deterministic
 * in the key.
 *
 * @param pixels [B, S, S, 3] uint8 on white
 * @returns [B, S, S, 3] float32 in [-1, 1]
 */
export function augment(pixels: Uint8Array, size: number, key: Key): Float32Array {
  const length = size * size * 3;
  const result = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length / length; i++) {
    const draws = uniform(fold(key, i), DRAWS);
    const between = (draw: number, low: number, high: number) => low + (high - low) * draws[draw]!;
    const source = pixels.subarray(i * length, (i + 1) * length);
    const image = result.subarray(i * length, (i + 1) * length);
    move(source, image, {
      size,
      scale: between(0, 0.9, 1.15),
      right: between(1, -4, 4),
      down: between(2, -4, 4),
    });
    recolour(image, {
      contrast: between(3, 0.85, 1.15),
      saturation: between(4, 0.7, 1.3),
      gains: [between(5, 0.9, 1.08), between(6, 0.9, 1.08), between(7, 0.9, 1.08)],
      brightness: between(8, -0.08, 0.08),
    });
    if (draws[9]! < 0.2) halveResolution(image, size);
  }
  return result;
}

/** Bilinear sampling about the centre; white outside. Writes values in [-1, 1]. */
function move(
  source: Uint8Array,
  target: Float32Array,
  { size, scale, right, down }: { size: number; scale: number; right: number; down: number },
): void {
  const middle = (size - 1) / 2;
  const at = (y: number, x: number, c: number) =>
    y < 0 || x < 0 || y >= size || x >= size ? 255 : source[(y * size + x) * 3 + c]!;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const sourceY = (y - middle - down) / scale + middle;
      const sourceX = (x - middle - right) / scale + middle;
      const top = Math.floor(sourceY);
      const left = Math.floor(sourceX);
      const dy = sourceY - top;
      const dx = sourceX - left;
      for (let c = 0; c < 3; c++) {
        const above = at(top, left, c) * (1 - dx) + at(top, left + 1, c) * dx;
        const below = at(top + 1, left, c) * (1 - dx) + at(top + 1, left + 1, c) * dx;
        target[(y * size + x) * 3 + c] = (above * (1 - dy) + below * dy) / 127.5 - 1;
      }
    }
}

function recolour(
  image: Float32Array,
  change: { contrast: number; saturation: number; gains: number[]; brightness: number },
): void {
  const { contrast, saturation, gains, brightness } = change;
  for (let i = 0; i < image.length; i += 3) {
    const grey = 0.299 * image[i]! + 0.587 * image[i + 1]! + 0.114 * image[i + 2]!;
    for (let c = 0; c < 3; c++) {
      const coloured = grey + saturation * (image[i + c]! - grey);
      const value = (coloured + 1) * gains[c]! - 1;
      image[i + c] = Math.min(1, Math.max(-1, contrast * value + brightness));
    }
  }
}

/** Every 2×2 block becomes its mean. */
function halveResolution(image: Float32Array, size: number): void {
  const row = size * 3;
  for (let y = 0; y < size; y += 2)
    for (let x = 0; x < size; x += 2)
      for (let c = 0; c < 3; c++) {
        const at = y * row + x * 3 + c;
        const places = [at, at + 3, at + row, at + row + 3];
        const mean = places.reduce((sum, place) => sum + image[place]!, 0) / 4;
        for (const place of places) image[place] = mean;
      }
}
