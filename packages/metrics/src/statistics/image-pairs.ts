import { toUint8 } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import type { Sides } from "../metric.js";
import type { Plane } from "./structural-similarity.js";

/** One image of each side as 8-bit RGB, interleaved. */
export interface ImagePair {
  readonly height: number;
  readonly width: number;
  readonly real: Uint8Array;
  readonly fake: Uint8Array;
}

/** The pairs of a batch, rounded to 8 bits by ADM's rule as they would be when saved. */
export function imagePairs(metric: string, images: Sides<HostTensor> | undefined): ImagePair[] {
  if (!images?.real || !images.fake) return [];
  const { real, fake } = images;
  const [count = 0, height = 0, width = 0, channels] = real.shape;
  if (real.shape.length !== 4 || channels !== 3 || real.shape.join() !== fake.shape.join())
    throw new UserError(
      `${metric}: expected pairs of images [B, H, W, 3], got [${real.shape}] (real) and ` +
        `[${fake.shape}] (fake); reconstruct at the size of the originals`,
    );
  const size = height * width * 3;
  const [realPixels, fakePixels] = [pixels(real), pixels(fake)];
  return Array.from({ length: count }, (_, i) => ({
    height,
    width,
    real: realPixels.subarray(i * size, (i + 1) * size),
    fake: fakePixels.subarray(i * size, (i + 1) * size),
  }));
}

const pixels = (images: HostTensor) => toUint8(images.data as Float32Array);

/** The three channels of one side as planes of 0 … 255. */
export function planesOf({ height, width }: ImagePair, pixels: Uint8Array): Plane[] {
  return [0, 1, 2].map((channel) => ({
    height,
    width,
    data: Float64Array.from({ length: height * width }, (_, i) => pixels[3 * i + channel]!),
  }));
}
