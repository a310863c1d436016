import { join } from "node:path";
import { crop, decodeImage, flip, type Image, resizeSmallerSide, toSignedUnit } from "@fqgan/image";
import { fold, type HostTensor, hostTensor, type Key, randomInteger } from "@fqgan/tensor";
import type { Photograph } from "./photographs.js";

/** Smaller sides that photographs are resized to: from all of a photograph in a crop to its texture. */
const SCALES = [64, 96, 136, 192, 272, 384];

/** Every photograph at every scale. */
export async function loadPhotographs(
  folder: string,
  photographs: readonly Photograph[],
): Promise<Image[][]> {
  const loaded: Image[][] = [];
  for (const { file } of photographs) {
    const full = await decodeImage(join(folder, file));
    const scales: Image[] = [];
    // from the largest down, each from the one before: many times faster, and no different to the eye
    for (const scale of [...SCALES].reverse())
      scales.unshift(resizeSmallerSide(scales[0] ?? full, scale));
    loaded.push(scales);
  }
  return loaded;
}

/** A square of a photograph at a random scale and place, mirrored half of the time. */
export function drawCrop(
  photographs: readonly (readonly Image[])[],
  size: number,
  key: Key,
): Image {
  const draw = (what: string, below: number) => randomInteger(fold(key, what), below);
  const scales = photographs[draw("photograph", photographs.length)]!;
  const image = scales[draw("scale", scales.length)]!;
  const square = crop(image, {
    left: draw("left", image.width - size + 1),
    top: draw("top", image.height - size + 1),
    width: size,
    height: size,
  });
  return draw("flip", 2) === 0 ? square : flip(square);
}

/** [B, S, S, 3] in [-1, 1] */
export function batchOf(images: readonly Image[]): HostTensor {
  const { width, height } = images[0]!;
  const pixels = new Uint8Array(images.length * width * height * 3);
  for (const [i, { data }] of images.entries()) pixels.set(data, i * data.length);
  return hostTensor(toSignedUnit(pixels), [images.length, height, width, 3]);
}
