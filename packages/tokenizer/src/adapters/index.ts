import { defineRegistry } from "@fqgan/registry";
import type { AdapterStrategy } from "../adapter.js";
import { noAdapter } from "./none.js";
import { transformerAdapter } from "./transformer.js";

/** Networks between the shared encoder and one codebook, by name. */
export const adapters = defineRegistry<AdapterStrategy>("adapter", [transformerAdapter, noAdapter]);
