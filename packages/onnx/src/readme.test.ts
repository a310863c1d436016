import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("the README prints its example as it is, and it does what it says", async () => {
  const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");
  expect(read("../README.md")).toContain(read("./readme.example.ts").trim());
  const { codes, pictures, visualAlone, swapped } = await import("./readme.example.js");
  expect(codes.visual!.length).toBe(2 * 16 * 16);
  expect(pictures.length).toBe(2 * 64 * 64 * 3);
  expect(Math.max(...pictures)).toBeLessThanOrEqual(1);
  for (const other of [visualAlone, swapped]) expect(other).not.toEqual(pictures);
});
