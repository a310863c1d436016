import { defineRegistry } from "@fqgan/registry";
import type { DecoderStrategy } from "../decoder.js";
import { convolutionalDecoder } from "./convolutional.js";

export const decoders = defineRegistry<DecoderStrategy>("decoder", [convolutionalDecoder]);
