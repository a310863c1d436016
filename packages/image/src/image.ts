/** Pixels in main memory, interleaved row-major: value (y, x, c) is `data[(y · width + x) · channels + c]`. */
export interface Raster<Data extends Uint8Array | Float32Array> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Data;
}

/** [height, width, 3] uint8 RGB; masks have one channel. */
export type Image = Raster<Uint8Array>;

/** [height, width, C] float32 on whatever scale its maker states. */
export type FloatImage = Raster<Float32Array>;

/** The images of a batch [n, S, S, 3] uint8, sharing its memory. */
export function unpackImages(pixels: Uint8Array, size: number, channels = 3): Image[] {
  const length = size * size * channels;
  return Array.from({ length: pixels.length / length }, (_, i) => ({
    width: size,
    height: size,
    channels,
    data: pixels.subarray(i * length, (i + 1) * length),
  }));
}
