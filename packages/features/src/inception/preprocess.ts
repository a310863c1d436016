import {
  type FloatImage,
  type Image,
  resizePilFloat,
  resizeTf1,
  resizeTorch,
  toFloat,
  toUnit,
} from "@fqgan/image";
import type { Preparation } from "../preprocess/preparation.js";
import { INCEPTION_SIDE } from "./inception.js";

const shape = [INCEPTION_SIDE, INCEPTION_SIDE, 3] as const;
const size = { width: INCEPTION_SIDE, height: INCEPTION_SIDE };
const float = (image: Image): FloatImage => ({ ...image, data: toFloat(image.data) });
/** TensorFlow's range, exact in float32. */
const around128 = (pixels: Float32Array) => pixels.map((x) => (x - 128) / 128);

/**
 * Ways to bring images to Inception's size and range, in which evaluation tools differ: distances of one
 * are not comparable with distances of another.
 */
export const inceptionPreprocessings = {
  /** ADM's evaluator, torch-fidelity, StyleGAN, clean-fid's `legacy_tensorflow`. */
  tf1: {
    shape,
    description: "8 bits, TensorFlow 1 bilinear to 299×299, (x - 128) / 128",
    prepare: (image) => around128(resizeTf1(float(image), size).data),
  },
  /** pytorch-fid, clean-fid's `legacy_pytorch`. */
  torch: {
    shape,
    description: "8 bits, torch bilinear to 299×299 without antialias, 2 · x / 255 - 1",
    prepare: (image) => {
      const unit = { ...image, data: toUnit(image.data) };
      return resizeTorch(unit, { ...size, filter: "bilinear" }).data.map((x) => 2 * x - 1);
    },
  },
  /** clean-fid's `clean`. */
  clean: {
    shape,
    description: "8 bits, Pillow bicubic of float channels to 299×299, clipped, (x - 128) / 128",
    prepare: (image) => {
      const { data } = resizePilFloat(float(image), { ...size, filter: "bicubic" });
      return around128(data.map((x) => Math.min(Math.max(x, 0), 255)));
    },
  },
} as const satisfies Record<string, Preparation>;

export type InceptionPreprocessingName = keyof typeof inceptionPreprocessings;
