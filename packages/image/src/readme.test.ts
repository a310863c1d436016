import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decodeImage } from "./codec.js";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");

it("the README prints its example as it is, and it runs", async () => {
  expect(read("../README.md")).toContain(read("./readme.example.ts").trim());
  const { png } = await import("./readme.example.js");
  const sheet = await decodeImage(png);
  expect([sheet.width, sheet.height]).toEqual([2 + 256 + 2 + 256 + 2, 2 + 256 + 2]);
});
