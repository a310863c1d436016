import { expect, it } from "vitest";
import { Rate } from "./rate.js";

it("leaves out the first amount and looks at the last seconds only", () => {
  let now = 0;
  const rate = new Rate(() => now);
  rate.add(16);
  expect(rate.perSecond).toBeNull();
  now = 500;
  rate.add(16);
  expect(rate.perSecond).toBe(32);
  for (let i = 0; i < 300; i++) {
    now += 1000;
    rate.add(5);
  }
  expect(rate.perSecond).toBeCloseTo(5);
  rate.restart();
  expect(rate.perSecond).toBeNull();
});
