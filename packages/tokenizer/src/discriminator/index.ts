import { defineRegistry } from "@fqgan/registry";
import type { DiscriminatorStrategy } from "./discriminator.js";
import { patchDiscriminator } from "./patch.js";
import { styleDiscriminator } from "./style.js";

/** Networks that tell images from reconstructions, by name. */
export const discriminators = defineRegistry<DiscriminatorStrategy>("discriminator", [
  patchDiscriminator,
  styleDiscriminator,
]);
