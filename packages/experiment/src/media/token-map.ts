import { type Image, resizePil } from "@fqgan/image";

/** Turns in the colour wheel between one code and the next; the golden ratio keeps neighbours apart. */
const GOLDEN = 0.618033988749895;

/** A colour for a code: the same code has the same colour everywhere. uint8 RGB. */
export function codeColour(code: number): [number, number, number] {
  const hue = (code * GOLDEN) % 1;
  const lightness = 0.42 + 0.3 * ((code * GOLDEN * GOLDEN * 7) % 1);
  const saturation = 0.5 + 0.25 * ((code * GOLDEN * 3) % 1);
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + 12 * hue) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/**
 * One image's codes [N] as a picture of side `size`, one colour a code.
 * @param grid rows and columns of the codes
 */
export function tokenMap(
  codes: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  size: number,
): Image {
  const data = new Uint8Array(rows * columns * 3);
  for (let i = 0; i < rows * columns; i++) data.set(codeColour(codes[i]!), i * 3);
  const small: Image = { width: columns, height: rows, channels: 3, data };
  return resizePil(small, { width: size, height: size, filter: "nearest" });
}
