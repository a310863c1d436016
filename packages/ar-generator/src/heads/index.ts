import { defineRegistry } from "@fqgan/registry";
import { depth } from "./depth.js";
import { factorized } from "./factorized.js";
import type { HeadStrategy } from "./head.js";
import { linear } from "./linear.js";
import { mlp } from "./mlp.js";
import { single } from "./single.js";

export type { Head, HeadSetting, HeadStrategy, Logits, StageInput } from "./head.js";

/** Ways to turn the context of a position into the distribution of its sub-codes. */
export const heads = defineRegistry<HeadStrategy>("head", [
  linear,
  mlp,
  factorized as HeadStrategy,
  depth as HeadStrategy,
  single,
]);
