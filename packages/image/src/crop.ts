/** The crops of ADM (arXiv 2105.05233), which LlamaGen and FQGAN train and evaluate on. */
import type { Image } from "./image.js";
import { resizePil } from "./resize/pil.js";
import { roundHalfEven } from "./round.js";

/** A part of an image, in pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of an image as an image of its own; the rectangle must lie within it. */
export function crop(image: Image, { left, top, width, height }: Rectangle): Image {
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { width, height, channels, data };
}

/** Mirrored left to right. */
export function flip(image: Image): Image {
  const { width, height, channels } = image;
  const data = new Uint8Array(image.data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        data[(y * width + x) * channels + c] =
          image.data[(y * width + width - 1 - x) * channels + c]!;
  return { width, height, channels, data };
}

/** The smaller side becomes `size`: halved with a box filter while that overshoots, then bicubic. */
export function resizeSmallerSide(image: Image, size: number): Image {
  let current = image;
  while (Math.min(current.width, current.height) >= 2 * size)
    current = resizePil(current, {
      width: Math.floor(current.width / 2),
      height: Math.floor(current.height / 2),
      filter: "box",
    });
  const scale = size / Math.min(current.width, current.height);
  return resizePil(current, {
    width: roundHalfEven(current.width * scale),
    height: roundHalfEven(current.height * scale),
    filter: "bicubic",
  });
}

/** A square of side `size` from the middle of the image resized to it; any size of image. */
export function centreCrop(image: Image, size: number): Image {
  const resized = resizeSmallerSide(image, size);
  return crop(resized, {
    left: Math.floor((resized.width - size) / 2),
    top: Math.floor((resized.height - size) / 2),
    width: size,
    height: size,
  });
}

/** Where a training crop lies. */
export interface CropPlace {
  /** Side of the square, pixels. */
  readonly size: number;
  /** The image's smaller side is resized to this first, ≥ size. */
  readonly smallerSide: number;
  /** Fractions in [0, 1) of the room that is left: 0 is left or top. */
  readonly left: number;
  readonly top: number;
  /** Room is counted in the central square of the resized image only, as ten-crops do. */
  readonly square?: boolean;
}

/** A square of side `size` at a given (in training: random) place of the resized image. */
export function placedCrop(
  image: Image,
  { size, smallerSide, left, top, square = false }: CropPlace,
): Image {
  const resized = square ? centreCrop(image, smallerSide) : resizeSmallerSide(image, smallerSide);
  return crop(resized, {
    left: Math.floor(left * (resized.width - size + 1)),
    top: Math.floor(top * (resized.height - size + 1)),
    width: size,
    height: size,
  });
}
