import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("the README's example is readme.example.ts, and does what it says", async () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  const [, quoted] = /```ts\n([\s\S]*?)```/.exec(read("../README.md"))!;
  expect(quoted).toBe(read("./readme.example.ts").replaceAll("export const", "const"));
  const { heldOut, codes } = await import("./readme.example.js");
  expect(heldOut["loss.visual"]).toBeLessThan(Math.log(16) - 0.3);
  expect(heldOut["loss.semantic"]).toBeLessThan(1);
  expect(codes.visual!.shape).toEqual([4, 16]);
  const ofClass1 = codes.visual!.data.filter((code) => code >= 8).length;
  expect(ofClass1).toBeGreaterThan(44);
});
