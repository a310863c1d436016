import { defineConfig } from "tsup";

/**
 * The one build recipe of every package: a file of dist for each of src, so that bundlers keep only what a
 * program uses. The dashboard names its server's files in its build script. Types are tsc's (tsconfig.build.json).
 */
export default defineConfig({
  entry: ["src/**/*.ts", "!src/**/*.test.ts", "!src/**/*.example.ts", "!src/**/testing/**"],
  bundle: false,
  format: ["esm"],
  target: "node20",
  clean: true,
  sourcemap: true,
  silent: true,
});
