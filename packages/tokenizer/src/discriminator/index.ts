import { defineRegistry } from "@fqgan/registry";
import type { DiscriminatorStrategy } from "./discriminator.js";
import { patchDiscriminator } from "./patch.js";

export const discriminators = defineRegistry<DiscriminatorStrategy>("discriminator", [
  patchDiscriminator,
]);
