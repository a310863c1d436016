import { expect, it } from "vitest";
import { nearestPreparation, nearestStandardised } from "./nearest-standardised.js";
import { channelStatistics } from "./pillow-standardised.js";

const statistics = channelStatistics.none;

it("repeats and leaves out pixels, and takes mean and deviation out", () => {
  // one row of three grey pixels
  const values = Float32Array.from([-1, 0, 1].flatMap((x) => [x, x, x]));
  const larger = nearestStandardised(values, [1, 3], { size: 4, statistics });
  expect([...larger].filter((_, i) => i % 3 === 0).slice(0, 4)).toEqual([0, 0, 0.5, 1]);
  const smaller = nearestStandardised(values, [1, 3], { size: 2, statistics });
  expect([...smaller].filter((_, i) => i % 3 === 0).slice(0, 2)).toEqual([0, 0.5]);
  const clip = nearestStandardised(values, [1, 3], { size: 1, statistics: channelStatistics.clip });
  expect(clip[0]).toBeCloseTo(-0.48145466 / 0.26862954, 6);
});

it("hits the pixel itself where sizes divide", () => {
  const { prepare } = nearestPreparation({ size: 224, statistics });
  const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => Math.floor(i / 3) % 32);
  const row = prepare({ width: 32, height: 32, channels: 3, data }).subarray(0, 224 * 3);
  for (let x = 0; x < 224; x++) expect(row[3 * x]).toBeCloseTo(Math.floor(x / 7) / 255, 6);
});
