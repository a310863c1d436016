import { type Image, toUint8 } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";

/** How images become what a network takes. */
export interface Preparation {
  /** For protocol stamps: `8 bits, Pillow bicubic to 64×64`. */
  readonly description: string;
  /** Of one prepared image: [H, W, 3], or [3, H, W] where a network wants it so. */
  readonly shape: readonly [number, number, number];
  /** Refuses what it can't prepare. */
  check?(images: HostTensor): void;
  /** One image of 8 bits, [H, W, 3], at the network's size and range. */
  prepare(image: Image): Float32Array;
}

/** Refuses what is no batch of images. */
export function checkImages(images: HostTensor): void {
  const { shape, dtype } = images;
  if (shape.length !== 4 || shape[3] !== 3 || shape.includes(0) || dtype !== "float32")
    throw new UserError(
      `features: expected images [B, H, W, 3] float32 in [-1, 1], got [${shape}] ${dtype}`,
    );
}

/** Some images of a batch rounded to 8 bits by ADM's rule, as if saved: [H, W, 3] each. */
export function imagesOf(images: HostTensor, from: number, count: number): Image[] {
  const [, height, width, channels] = images.shape as [number, number, number, number];
  const length = height * width * channels;
  return Array.from({ length: count }, (_, i) => {
    const start = (from + i) * length;
    const values = (images.data as Float32Array).subarray(start, start + length);
    return { width, height, channels, data: toUint8(values) };
  });
}

/** Images prepared as a batch of `chunk`, the rest zeros: [chunk, …shape]. */
export function preparedBatch(
  images: readonly Image[],
  { preparation, chunk }: { readonly preparation: Preparation; readonly chunk: number },
): HostTensor {
  const { shape, prepare } = preparation;
  const length = shape[0] * shape[1] * shape[2];
  const batch = new Float32Array(chunk * length);
  images.forEach((image, i) => {
    batch.set(prepare(image), i * length);
  });
  return hostTensor(batch, [chunk, ...shape]);
}
