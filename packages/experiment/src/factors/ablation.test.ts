import { createKey } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { replacements } from "./ablation.js";

const rows = (...values: number[][]) => ({
  count: values.length,
  columns: values[0]!.length,
  data: Float32Array.from(values.flat()),
});
const own = rows([1, 2], [3, 4], [5, 6]);
const given = { own, train: rows([0, 10], [2, 30]), key: createKey(1) };

it("takes a factor's information away in three ways", () => {
  expect([...replacements.zeros!(given)]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...replacements.mean!(given)]).toEqual([1, 20, 1, 20, 1, 20]);
  const resampled = replacements.resampled!(given);
  const images = [0, 1, 2].map((i) => resampled.subarray(2 * i, 2 * i + 2).join());
  expect([...images].sort()).toEqual(["1,2", "3,4", "5,6"]);
  for (const [i, image] of images.entries())
    expect(image).not.toBe(own.data.subarray(2 * i, 2 * i + 2).join());
});
