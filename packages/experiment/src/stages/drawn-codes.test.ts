import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostTensor } from "@fqgan/tensor";
import { afterAll, expect, it, vi } from "vitest";
import { DrawnCodes } from "./drawn-codes.js";

const folder = mkdtempSync(join(tmpdir(), "fqgan-drawn-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const codes = { visual: hostTensor(Int32Array.of(3, 1), [1, 2]) };
const draw = vi.fn(async () => codes);

it("draws a batch once for one drawing, and again where its file is damaged", async () => {
  const drawing = { topK: 0, seed: 1 };
  expect(await new DrawnCodes(folder, drawing).batch(0, draw)).toEqual(codes);
  const again = new DrawnCodes(folder, { seed: 1, topK: 0 });
  expect(await again.batch(0, draw)).toEqual(codes);
  expect(draw).toHaveBeenCalledTimes(1);
  await again.batch(4, draw);
  const other = new DrawnCodes(folder, { ...drawing, seed: 2 });
  await other.batch(0, draw);
  expect(draw).toHaveBeenCalledTimes(3);

  const [one] = readdirSync(join(folder, "drawn"));
  for (const file of readdirSync(join(folder, "drawn", one!)))
    writeFileSync(join(folder, "drawn", one!, file), "half a fi");
  for (const drawings of [again, other]) expect(await drawings.batch(0, draw)).toEqual(codes);
  expect(draw).toHaveBeenCalledTimes(4);

  again.forget();
  expect(readdirSync(join(folder, "drawn"))).toHaveLength(1);
  other.forget();
  expect(readdirSync(folder)).toEqual([]);
});

it("draws without keeping where nothing can be written", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const drawn = new DrawnCodes(file, {});
  expect(await drawn.batch(0, draw)).toEqual(codes);
  drawn.forget();
});
