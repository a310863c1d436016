import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bundleEntry, entries } from "../../scripts/bundle-entry.js";
import { readSizes, TABLE } from "../../scripts/bundle-sizes.js";

const rows = readSizes(readFileSync(TABLE, "utf8"));

describe("bundles of public entries", () => {
  it("the table has every entry", () => {
    const whole = rows.filter(({ names }) => !names).map(({ entry }) => entry);
    expect(whole.sort()).toEqual([...entries.keys()].sort());
  });

  it.each(rows)("$entry $names in $platform is within its budget", async (row) => {
    const { gzip, modules } = await bundleEntry(row);
    expect(gzip).toBeLessThanOrEqual(row.limit);
    // A bundle that had lost half of what it held is no saving but a mistake in how it is measured.
    expect(gzip).toBeGreaterThan(row.gzip / 2);
    // esbuild has refused node: modules itself; this is what it would bundle without a word.
    if (row.platform === "browser")
      expect(modules.filter((path) => /onnxruntime|sharp|^node:/.test(path))).toEqual([]);
  });

  it("a browser's bundle cannot reach Node unnoticed", async () => {
    const bundled = bundleEntry({ entry: "@fqgan/tracking", platform: "browser" });
    await expect(bundled).rejects.toThrow(/node:/);
  });

  it.each([...new Set(rows.filter(({ names }) => names).map(({ entry }) => entry))])(
    "%s: some of it costs less than all of it",
    async (entry) => {
      const of = rows.filter((row) => row.entry === entry);
      const whole = of.find(({ names }) => !names)!;
      for (const part of of.filter(({ names }) => names))
        expect(part.gzip).toBeLessThan(whole.gzip);
    },
  );
});
