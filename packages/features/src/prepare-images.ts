import { resizePil, toSignedUnit, toUint8, unpackImages } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";

/**
 * Images as a network of one size sees them: rounded to 8 bits by ADM's rule, as if saved, and brought
 * to size × size with Pillow's bicubic filter.
 *
 * @param images [B, S, S, 3] float32 in [-1, 1]
 * @returns [B, size, size, 3] float32 in [-1, 1]
 */
export function prepareImages(images: HostTensor, size: number): Float32Array {
  const [count, height, width, channels] = images.shape;
  if (images.shape.length !== 4 || channels !== 3 || height !== width || images.dtype !== "float32")
    throw new UserError(
      `features: expected square images [B, S, S, 3] float32 in [-1, 1], got [${images.shape}] ` +
        `${images.dtype}; crop them first`,
    );
  const pixels = toUint8(images.data as Float32Array);
  if (height === size) return toSignedUnit(pixels);
  const resized = new Uint8Array(count! * size * size * 3);
  unpackImages(pixels, height!).forEach((image, i) => {
    const { data } = resizePil(image, { width: size, height: size, filter: "bicubic" });
    resized.set(data, i * size * size * 3);
  });
  return toSignedUnit(resized);
}
