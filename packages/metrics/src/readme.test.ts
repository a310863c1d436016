import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { metrics } from "./registry.js";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
const readme = read("../README.md");

it("the README prints its example as it is, and it runs", async () => {
  expect(readme).toContain(read("./readme.example.ts").trim());
  const { fid, manifold, values } = await import("./readme.example.js");
  expect(fid!.values.fid).toBeGreaterThan(1.6);
  expect(fid!.values.fid).toBeLessThan(2.4);
  expect(fid!.protocol).toMatchObject({ extractor: "eight normal numbers", realCount: 600 });
  expect(manifold!.values.precision).toBeGreaterThan(0.5);
  expect(values["visual.usage"]).toBe(0.25);
});

it("the README lists every metric", () => {
  for (const name of metrics.names()) expect(readme).toContain(`| \`${name}\` `);
});
