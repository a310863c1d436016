import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { readRunStatus } from "./store/read-run.js";

const read = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8");

it("the README prints its example as it is, and it runs", async () => {
  expect(read("../README.md")).toContain(read("./readme.example.ts").trim());
  const { stages, folder, outcome, rows, metrics } = await import("./readme.example.js");
  expect(stages.map(({ kind }) => kind)).toEqual(["tokenizer"]);
  expect(outcome).toBe("done");
  expect(rows.map(({ step }) => step)).toEqual([10]);
  expect(metrics["test/psnr"]).toBeGreaterThan(3);
  expect(metrics.bitsPerImage).toBe(16 * Math.log2(32));
  expect(readRunStatus(folder)).toBe("done");
  expect(existsSync(join(folder, "media/reconstructions-0000010.png"))).toBe(true);
  rmSync(dirname(folder), { recursive: true });
});
