import { createKey, fold, uniform } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { nearestNeighbours } from "./near-copies.js";

const SIZE = 16;
const LENGTH = SIZE * SIZE * 3;

/** Pictures of a few colours in large areas, and slight changes of them: some have the same means. */
function pictures(seed: number, count: number): Uint8Array {
  const noise = uniform(fold(createKey(seed), "noise"), count * LENGTH);
  const colours = uniform(createKey(9), 3 * 4 * 3);
  return Uint8Array.from({ length: count * LENGTH }, (_, i) => {
    const image = Math.floor(i / LENGTH);
    const [pixel, channel] = [Math.floor((i % LENGTH) / 3), i % 3];
    const quarter = (pixel % SIZE < 8 ? 0 : 1) + (pixel < LENGTH / 6 ? 0 : 2);
    const strength = image % 2 === 0 ? 4 : 90;
    return 150 * colours[(image % 3) * 12 + quarter * 3 + channel]! + strength * noise[i]!;
  });
}

it("finds what a comparison with every image finds", () => {
  const [heldOut, training] = [pictures(1, 12), pictures(2, 40)];
  const all = Array.from({ length: 12 }, (_, a) => {
    const distances = Array.from({ length: 40 }, (_, b) => {
      let sum = 0;
      for (let i = 0; i < LENGTH; i++)
        sum += ((heldOut[a * LENGTH + i]! - training[b * LENGTH + i]!) / 255) ** 2;
      return Math.sqrt(sum / LENGTH);
    });
    const distance = Math.min(...distances);
    return { index: distances.indexOf(distance), distance };
  });
  const found = nearestNeighbours(heldOut, training, SIZE);
  expect(found.map(({ index }) => index)).toEqual(all.map(({ index }) => index));
  for (const [i, { distance }] of found.entries())
    expect(distance).toBeCloseTo(all[i]!.distance, 6);
  expect(new Set(found.map(({ index }) => index)).size).toBeGreaterThan(6);
});

it("takes the first of two that are equally near", () => {
  const one = pictures(3, 1);
  const twice = new Uint8Array([...pictures(4, 1), ...one, ...one]);
  expect(nearestNeighbours(one, twice, SIZE)).toEqual([{ index: 1, distance: 0 }]);
});
