import { centreCrop, flip, type Image, placedCrop } from "@fqgan/image";
import type { View } from "./dataset.js";

/** The square of side `size` that a view shows of its source; the mirror comes last. */
export function takeView(image: Image, size: number, view: View): Image {
  const square = view.crop ? placedCrop(image, { size, ...view.crop }) : centreCrop(image, size);
  return view.flip ? flip(square) : square;
}
