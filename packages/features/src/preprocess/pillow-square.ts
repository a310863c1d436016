import { resizePil, toSignedUnit } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import type { Preparation } from "./preparation.js";

/** Square images brought to size × size with Pillow's bicubic filter, in [-1, 1]. */
export const pillowSquare = (size: number): Preparation => ({
  description: `8 bits, Pillow bicubic to ${size}×${size}, [-1, 1]`,
  shape: [size, size, 3],
  check({ shape, dtype }) {
    const [, height, width, channels] = shape;
    const isSquare = shape.length === 4 && channels === 3 && height === width;
    if (!isSquare || shape.includes(0) || dtype !== "float32")
      throw new UserError(
        `features: expected square images [B, S, S, 3] float32 in [-1, 1], got [${shape}] ` +
          `${dtype}; crop them first`,
      );
  },
  prepare: (image) =>
    toSignedUnit(resizePil(image, { width: size, height: size, filter: "bicubic" }).data),
});
