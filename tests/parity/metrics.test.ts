import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { metrics } from "./cases/metrics.js";
import { discoverCases } from "./discover.js";

const folder = fileURLToPath(new URL("./fixtures/metrics", import.meta.url));

describe("metrics against the evaluation tools", async () => {
  const [parityCase] = discoverCases(folder);
  const checks = await metrics.check(parityCase!, "eager");
  it("covers every group of the fixtures", () => {
    const groups = new Set(checks.map(({ name }) => name.split(" ")[0]!));
    for (const group of [
      "numpy",
      "fid",
      "kid",
      "cmmd",
      "psnr",
      "ssim",
      "ms-ssim",
      "usage",
      "perplexity",
      "ties",
      "nets",
      "lpips",
    ])
      expect(groups).toContain(group);
    expect(checks.length).toBeGreaterThan(90);
  });
  it.each(checks)("$name", ({ error, tolerance }) => {
    expect(error).toBeLessThanOrEqual(tolerance);
  });
});
