import type { GeneratorConfig } from "./config.js";

/** Inner width of SwiGLU: 8/3 of the width, rounded down, then up to the multiple. */
export const feedForwardWidth = (
  config: Pick<GeneratorConfig, "width" | "feedForwardMultiple">,
): number => {
  const { width, feedForwardMultiple: multiple } = config;
  return Math.ceil(Math.floor((8 * width) / 3) / multiple) * multiple;
};
