import type { Image } from "./image.js";

/** RGBA [H, W, 4] over a plain colour: round(α · colour + (1 - α) · background), [H, W, 3]. */
export function compositeOn(
  image: Image,
  background: readonly [number, number, number] = [255, 255, 255],
): Image {
  const { width, height, data } = image;
  const result = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = data[4 * i + 3]!;
    for (let c = 0; c < 3; c++)
      result[3 * i + c] = Math.round(
        (data[4 * i + c]! * alpha + background[c]! * (255 - alpha)) / 255,
      );
  }
  return { width, height, channels: 3, data: result };
}

/** One channel of an image, [H, W, 1]: 3 is the alpha of RGBA. */
export function channelOf(image: Image, channel: number): Image {
  const { width, height, channels } = image;
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = image.data[i * channels + channel]!;
  return { width, height, channels: 1, data };
}

/** RGBA without its alpha, colours untouched: what PIL's `convert("RGB")` does. */
export function dropAlpha(image: Image): Image {
  const { width, height } = image;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(image.data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, channels: 3, data };
}
