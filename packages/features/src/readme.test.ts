import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");

it("the README prints its example as it is, and it runs", async () => {
  const readme = read("../README.md");
  expect(readme).toContain(read("./readme.example.ts").trim());
  const { features, logits, identity, target } = await import("./readme.example.js");
  expect(features.shape).toEqual([2, 64]);
  expect(logits!.shape[0]).toBe(2);
  expect(target.shape).toEqual([2, 64]);
  expect(readme).toContain(identity.split(" ")[1]);
});
