import type { Key } from "@fqgan/tensor";
import { ConvolutionTower } from "./convolution-tower.js";

/** The built-in teacher: 64 features of a 64×64 image, near those of images with like names. */
export const teacherNetwork = (key: Key): ConvolutionTower =>
  new ConvolutionTower({ widths: [32, 48, 112], dimensions: 64, key });
