/**
 * Photographs have any size; a tokenizer of convolutions and learned positions has one. How one is made
 * to fit the other is a strategy.
 */
import {
  centreCrop,
  type Image,
  resizeSmallerSide,
  type TileLayout,
  tileLayout,
} from "@fqgan/image";
import { defineRegistry, type Strategy } from "@fqgan/registry";

export interface FitOptions {
  /** Side of the images that the tokenizer was made for. */
  readonly size: number;
  /** How many pixels one position of the tokenizer's grid covers, across. */
  readonly factor: number;
  /** The picture's longer side (`tile`) or its side (`interpolate`) becomes at most this. */
  readonly side: number;
  /** Pixels that neighbouring tiles share at least. */
  readonly overlap: number;
}

export interface Fitted {
  /** What is compared with its reconstruction. */
  readonly picture: Image;
  /** The squares that go through the tokenizer; other than `size` wide, it has to be fitted to them. */
  readonly layout: TileLayout;
  /** What was done, for people. */
  readonly note: string;
}

export interface FitStrategy extends Strategy {
  fit(image: Image, options: FitOptions): Fitted;
}

const whole = (picture: Image): TileLayout => ({
  width: picture.width,
  height: picture.height,
  tile: picture.width,
  places: [{ left: 0, top: 0 }],
});

const cropFit: FitStrategy = {
  name: "crop",
  summary: "resized and centre-cropped to the tokenizer's own size, as in the paper",
  options: {},
  fit(image, { size }) {
    const picture = centreCrop(image, size);
    return {
      picture,
      layout: whole(picture),
      note: `resized and centre-cropped to ${size}×${size}, the size that this tokenizer is for`,
    };
  },
};

const tileFit: FitStrategy = {
  name: "tile",
  summary: "the whole picture, in overlapping squares that fade into one another",
  options: {},
  fit(image, { size, side, overlap }) {
    const longer = Math.max(image.width, image.height);
    const smaller = Math.min(image.width, image.height);
    const wanted = Math.max(size, Math.round((smaller * Math.min(side, longer)) / longer));
    const picture = wanted === smaller ? image : resizeSmallerSide(image, wanted);
    const layout = tileLayout(picture, { tile: size, overlap });
    const { length } = layout.places;
    return {
      picture,
      layout,
      note:
        `resized to ${picture.width}×${picture.height} and cut into ${length} tiles of ` +
        `${size}×${size}, overlapping by at least ${overlap}`,
    };
  },
};

const interpolateFit: FitStrategy = {
  name: "interpolate",
  summary: "a larger centre crop, the tokenizer's learned positions interpolated to it",
  options: {},
  fit(image, { size, factor, side }) {
    const room = Math.min(side, Math.max(size, Math.min(image.width, image.height)));
    const picture = centreCrop(image, Math.max(factor, factor * Math.floor(room / factor)));
    return {
      picture,
      layout: whole(picture),
      note:
        `resized and centre-cropped to ${picture.width}×${picture.width} instead of ${size}×${size}, learned ` +
        "positions interpolated: the tokenizer was not trained so",
    };
  },
};

export const fits = defineRegistry<FitStrategy>("fit", [cropFit, tileFit, interpolateFit]);
