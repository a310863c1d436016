import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");

it("the README prints its example and errors as they are", async () => {
  const readme = read("../README.md");
  expect(readme).toContain(read("./readme.example.ts").trim());
  const { shapes, area } = await import("./readme.example.js");
  expect(area).toBe(9);
  for (const config of [{ name: "sqare" }, { name: "square", sides: 2 }])
    try {
      shapes.parse(config);
      expect.unreachable();
    } catch (error) {
      expect(readme).toContain((error as Error).message);
    }
});
