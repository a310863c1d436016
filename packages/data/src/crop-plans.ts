import { defineRegistry, type Strategy, type StrategyConfig } from "@fqgan/registry";
import * as z from "zod";
import type { View } from "./dataset.js";

/** Which squares of each training image are written as codes. */
export interface CropPlan extends Strategy {
  /** Views of one image, the same for all. @param size side of a view in pixels */
  views(config: StrategyConfig, size: number): readonly View[];
}

const centre: CropPlan = {
  name: "centre",
  summary: "the centre crop that images are evaluated on",
  options: {},
  views: () => [{ flip: false }],
};

/** The five squares in the order of torchvision's TenCrop, as what lies left of and above each. */
const FIVE = [
  ["start", "start"],
  ["end", "start"],
  ["start", "end"],
  ["end", "end"],
  ["middle", "middle"],
] as const;

/** Half of a room of pixels, as Python rounds it: to even. */
const middleOf = (room: number) => {
  const half = Math.floor(room / 2);
  return room % 2 === 1 && half % 2 === 1 ? half + 1 : half;
};

/** A view's fraction that leaves exactly `pixels` of `room`. */
const fraction = (pixels: number, room: number) => (pixels + 0.5) / (room + 1);

/**
 * Corners and centre of a slightly larger square, and the same of its mirror image: what the generators
 * of LlamaGen (arXiv 2406.06525) and FQGAN (arXiv 2411.16681) are trained on.
 */
const tenCrop: CropPlan = {
  name: "ten-crop",
  summary: "corners and centre of a larger square, and of its mirror image",
  reference: "LlamaGen, arXiv 2406.06525",
  options: {
    range: z.number().min(1).max(4).default(1.1).describe("side of that square over a crop's"),
  },
  views(config, size) {
    const smallerSide = Math.trunc(size * (config.range as number));
    const room = smallerSide - size;
    const pixels = { start: 0, end: room, middle: middleOf(room) };
    return [false, true].flatMap((flip) =>
      FIVE.map(([across, down]): View => {
        // A view is mirrored last, so a square at the left of the mirror image lies at the right.
        const left = flip ? room - pixels[across] : pixels[across];
        const place = { left: fraction(left, room), top: fraction(pixels[down], room) };
        return { flip, crop: { smallerSide, ...place, square: true } };
      }),
    );
  },
};

/** Ways to choose the squares of an image that become codes. */
export const cropPlans = defineRegistry<CropPlan>("crops", [centre, tenCrop]);
