import { crop, flip } from "./crop.js";
import type { Image } from "./image.js";
import { roundHalfEven } from "./round.js";

/**
 * torchvision's TenCrop: top left, top right, bottom left, bottom right, centre, then the same five of
 * the mirrored image. LlamaGen and FQGAN extract the codes of each training image from ten crops.
 */
export function tenCrop(image: Image, size: number): Image[] {
  return [...fiveCrop(image, size), ...fiveCrop(flip(image), size)];
}

function fiveCrop(image: Image, size: number): Image[] {
  const right = image.width - size;
  const bottom = image.height - size;
  const places = [
    [0, 0],
    [right, 0],
    [0, bottom],
    [right, bottom],
    [roundHalfEven(right / 2), roundHalfEven(bottom / 2)],
  ] as const;
  return places.map(([left, top]) => crop(image, { left, top, width: size, height: size }));
}
