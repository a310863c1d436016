import { defineRegistry } from "@fqgan/registry";
import type { DecoderStrategy } from "../decoder.js";
import { convolutionalDecoder } from "./convolutional.js";
import { latentTokenDecoder } from "./latent-tokens.js";
import { visionDecoder } from "./vit.js";

/** Networks from code vectors to images, by name. */
export const decoders = defineRegistry<DecoderStrategy>("decoder", [
  convolutionalDecoder,
  visionDecoder,
  latentTokenDecoder,
]);
