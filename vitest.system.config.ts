import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

/** Tests that need Debian packages (Chromium, Vulkan, Slurm, python3-torch); a skip counts as a failure. */
const merged = mergeConfig(
  base,
  defineConfig({ test: { testTimeout: 600_000, hookTimeout: 600_000, fileParallelism: false } }),
);
if (merged.test) merged.test.include = ["tests/system/**/*.test.ts"];
export default merged;
