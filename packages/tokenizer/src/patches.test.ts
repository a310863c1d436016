import { createKey, tf, uniform } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { fromPatches, patchesAcross, toPatches } from "./patches.js";

it("cuts an image into squares, row by row from the top, and puts it together again", () => {
  const images = tf.tensor(uniform(createKey(0), 2 * 6 * 6 * 3), [2, 6, 6, 3]);
  const patches = toPatches(images, 2);
  expect(patches.shape).toEqual([2, 9, 12]);
  // The fourth patch begins the second row.
  const fourth = tf.slice(patches, [1, 3, 0], [1, 1, 12]).dataSync();
  expect(fourth).toEqual(tf.slice(images, [1, 2, 0, 0], [1, 2, 2, 3]).dataSync());
  expect(fromPatches(patches, 2).dataSync()).toEqual(images.dataSync());
});

it("refuses images that patches don't tile", () => {
  expect(patchesAcross(32, 4)).toBe(8);
  expect(() => patchesAcross(32, 5)).toThrow(
    "expected a multiple of the patch of 5 pixels, got 32",
  );
});
