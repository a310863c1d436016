import type { Strategy } from "@fqgan/registry";
import type { Key, nn, Tensor } from "@fqgan/tensor";
import type { Grid } from "./grid.js";

/** Turns the features that all codebooks share into those of one codebook. */
export interface Adapter extends nn.Module {
  /** [B, h, w, C] → [B, h, w, C] */
  call(features: Tensor): Tensor;
}

/** An adapter that plugs in by name. */
export interface AdapterStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options, context: { channels: number; grid: Grid; key: Key }): Adapter;
}
