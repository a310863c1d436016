import type { Split } from "@fqgan/data";
import { expect, it } from "vitest";
import { NearestTraining } from "./nearest-training.js";

const SIZE = 16;
const pictures = (...levels: number[]) =>
  Uint8Array.from(levels.flatMap((level) => new Array<number>(SIZE * SIZE * 3).fill(level)));
const split = (...levels: number[]) =>
  ({ count: levels.length, images: async () => pictures(...levels) }) as unknown as Split;

it("says how near images are to training images, and how many are near copies", async () => {
  const splits = { train: split(0, 100), validation: split(), test: split(200) };
  const nearest = await NearestTraining.of({ splits, size: SIZE });
  const { metrics, protocols } = nearest.summary("samples", pictures(100, 151, 5));
  expect(metrics["samples/nearestTrain"]).toBeCloseTo((0 + 51 / 255 + 5 / 255) / 3, 6);
  expect(metrics["samples/nearCopies"]).toBeCloseTo(2 / 3, 10);
  expect(protocols["samples/nearCopies"]).toMatchObject({ split: "train", images: 2 });
});
