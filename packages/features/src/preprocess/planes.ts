import type { Preparation } from "./preparation.js";

/** [H, W, 3] → [3, H, W] */
export function planes(pixels: Float32Array): Float32Array {
  const places = pixels.length / 3;
  const result = new Float32Array(pixels.length);
  for (let place = 0; place < places; place++)
    for (let c = 0; c < 3; c++) result[c * places + place] = pixels[3 * place + c]!;
  return result;
}

/** The same images with their channels first, as networks of PyTorch take them. */
export function channelsFirst({ description, shape, prepare }: Preparation): Preparation {
  const [height, width] = shape;
  return {
    description,
    shape: [3, height, width],
    prepare: (image) => planes(prepare(image)),
  };
}
