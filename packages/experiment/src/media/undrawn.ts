import type { Image } from "@fqgan/image";

/** Grey, as places are that nothing has been drawn at. */
const UNDRAWN = 224;

/** An image of which only the upper share is drawn yet. */
export function hideUndrawn(image: Image, share: number): Image {
  const { width, height, channels } = image;
  const data = image.data.slice();
  data.fill(UNDRAWN, Math.round(height * share) * width * channels);
  return { ...image, data };
}
