import { defineRegistry } from "@fqgan/registry";
import type { EncoderStrategy } from "../encoder.js";
import { convolutionalEncoder } from "./convolutional.js";

export const encoders = defineRegistry<EncoderStrategy>("encoder", [convolutionalEncoder]);
