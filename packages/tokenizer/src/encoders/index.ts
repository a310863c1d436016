import { defineRegistry } from "@fqgan/registry";
import type { EncoderStrategy } from "../encoder.js";
import { convolutionalEncoder } from "./convolutional.js";
import { latentTokenEncoder } from "./latent-tokens.js";
import { visionEncoder } from "./vit.js";

/** Networks from images to features, by name. */
export const encoders = defineRegistry<EncoderStrategy>("encoder", [
  convolutionalEncoder,
  visionEncoder,
  latentTokenEncoder,
]);
