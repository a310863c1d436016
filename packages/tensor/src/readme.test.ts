import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

it("the README prints its example as it is, and it learns", async () => {
  expect(read("../README.md")).toContain(read("./readme.example.ts").trim());
  const { losses } = await import("./readme.example.js");
  expect(mean(losses.slice(0, 10))).toBeGreaterThan(0.8);
  expect(mean(losses.slice(-10))).toBeLessThan(0.4);
});
