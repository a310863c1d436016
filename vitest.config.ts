import { defineConfig } from "vitest/config";
import { CountReporter } from "./tests/count-reporter.js";

const conditions = ["@fqgan/source", "module", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "apps/*/{server,web}/**/*.test.{ts,tsx}",
      "tests/{integration,parity,architecture}/**/*.test.ts",
    ],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ["default", new CountReporter()],
  },
});
