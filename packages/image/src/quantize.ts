/** Between 8-bit pixels and the floats of models. All arithmetic is float32, as in the tools named here. */

/** A way from model output in [-1, 1] to 8-bit pixels. */
export type QuantizeRule = (values: Float32Array) => Uint8Array;

const { fround } = Math;

function map(values: Float32Array, rule: (value: number) => number): Uint8Array {
  const pixels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) pixels[i] = rule(values[i]!);
  return pixels;
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/**
 * The rules in use, by the code base whose numbers they reproduce. They differ by up to a level, which
 * moves PSNR by 0.1–0.5 dB at high quality; `adm` is the one to use.
 */
export const quantizeRules = {
  /** trunc(clamp(127.5 x + 128, 0, 255)): ADM, LlamaGen, FQGAN, StyleGAN. Rounds half up. */
  adm: (values) => map(values, (x) => Math.trunc(clamp(fround(fround(127.5 * x) + 128), 0, 255))),
  /** trunc(255 (clamp(x) + 1) / 2): Open-MAGVIT2. Half a level darker on average. */
  "open-magvit2": (values) =>
    map(values, (x) => Math.trunc(fround(255 * fround(fround(clamp(x, -1, 1) + 1) / 2)))),
  /** trunc(255 y + 0.5) with y = (clamp(x) + 1) / 2: torchvision's save_image. */
  torchvision: (values) =>
    map(values, (x) =>
      Math.trunc(
        clamp(fround(fround(255 * fround(fround(clamp(x, -1, 1) + 1) / 2)) + 0.5), 0, 255),
      ),
    ),
} as const satisfies Record<string, QuantizeRule>;

/** Model output in [-1, 1] → uint8 by ADM's rule. */
export const toUint8: QuantizeRule = quantizeRules.adm;

/** uint8 → float32 in [-1, 1] as torchvision's ToTensor and Normalize(0.5, 0.5): (x / 255 - 0.5) / 0.5. */
export function toSignedUnit(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = SIGNED_UNIT[pixels[i]!]!;
  return values;
}

const SIGNED_UNIT = Float32Array.from({ length: 256 }, (_, x) =>
  fround(fround(fround(x / 255) - 0.5) / 0.5),
);

/** uint8 → float32 in [0, 1]: x / 255. */
export function toUnit(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = pixels[i]! / 255;
  return values;
}

/** uint8 → float32 in [0, 255]. */
export const toFloat = (pixels: Uint8Array): Float32Array => Float32Array.from(pixels);
