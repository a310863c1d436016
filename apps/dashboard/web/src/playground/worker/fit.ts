import { centreCrop, compositeOn, toSignedUnit, toUint8 } from "@fqgan/image/pure";
import type { Pixels } from "../protocol.js";

/** A picture on white, resized and centre-cropped to a square as images are in training. */
export function fitBitmap(bitmap: ImageBitmap, size: number): Pixels {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return centreCrop(compositeOn({ width, height, channels: 4, data: bytes }), size);
}

/** [1, H, W, 3] in [-1, 1] */
export const toModel = ({ data }: Pixels): Float32Array => toSignedUnit(data);

export const fromModel = (values: Float32Array, size: number): Pixels => ({
  width: size,
  height: size,
  data: toUint8(values),
});

/** dB at 8 bits; infinite for an exact copy. */
export function psnr(a: Pixels, b: Pixels): number {
  let sum = 0;
  for (const [i, value] of a.data.entries()) sum += (value - b.data[i]!) ** 2;
  return 10 * Math.log10((255 * 255 * a.data.length) / sum);
}
