import { fold, type Key, randomInteger, uniform } from "@fqgan/tensor";
import * as z from "zod";
import type { View } from "./dataset.js";

/**
 * Training augmentation as ADM, LlamaGen and FQGAN do it: the smaller side becomes a whole number drawn
 * uniformly from [size, crop · size], a random square is cut, and half the images are mirrored.
 * The recipe of FQGAN at 256 is `{ crop: 1.25, flip: true }`.
 */
export const augmentationSchema = z.strictObject({
  crop: z
    .number()
    .min(1)
    .max(8)
    .default(1)
    .describe("largest smaller side ÷ size; 1: the centre crop"),
  flip: z.boolean().default(false).describe("mirror half of the images"),
});

/** What training may do to an image: `crop` 1 and `flip` false do nothing. */
export type Augmentation = z.output<typeof augmentationSchema>;

/** The view of one visit to one image: a function of the key alone. */
export function drawView(key: Key, size: number, { crop, flip }: Augmentation): View {
  const mirrored = flip && uniform(fold(key, "flip"), 1)[0]! < 0.5;
  if (crop === 1) return { flip: mirrored };
  const largest = Math.floor(size * crop);
  const [left, top] = uniform(fold(key, "place"), 2) as unknown as [number, number];
  const smallerSide = size + randomInteger(fold(key, "side"), largest - size + 1);
  return { flip: mirrored, crop: { smallerSide, left, top } };
}
