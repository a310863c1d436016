import type { Image } from "./image.js";

/** a·b/255, rounded, in integers. */
function share(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/**
 * Inks [H, W, 4] (0 is none) → RGBA, without a colour profile, as Pillow's `convert("RGB")` does
 * (python-pillow, libImaging/Convert.c): what cyan and black leave of white is red, and so on.
 */
export function cmykToRgba(inks: Image): Image {
  const data = new Uint8Array(inks.data.length);
  for (let i = 0; i < data.length; i += 4) {
    const light = 255 - inks.data[i + 3]!;
    for (let c = 0; c < 3; c++) data[i + c] = light - share(inks.data[i + c]!, light);
    data[i + 3] = 255;
  }
  return { ...inks, data };
}
