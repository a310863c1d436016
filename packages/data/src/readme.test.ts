import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");

it("the README prints its example as it is, and it runs", async () => {
  expect(read("../README.md")).toContain(read("./readme.example.ts").trim());
  const { images, labels, seen, description } = await import("./readme.example.js");
  expect(images.shape).toEqual([16, 64, 64, 3]);
  expect(labels.shape).toEqual([16]);
  expect(seen).toBe(303);
  expect(read("../README.md")).toContain(description);
});
