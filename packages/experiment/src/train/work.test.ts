import { expect, it } from "vitest";
import { WorkMeter } from "./work.js";

it("says how many processors were busy since the last call", () => {
  let now = { atMs: 500, cpuMs: 900 };
  const meter = new WorkMeter(() => now);
  now = { atMs: 1500, cpuMs: 2700 };
  expect(meter.sinceLast().cores).toBeCloseTo(1.8);
  now = { atMs: 2500, cpuMs: 2700 };
  const { cores, residentBytes } = meter.sinceLast();
  expect(cores).toBe(0);
  expect(residentBytes).toBeGreaterThan(1e6);
  expect(meter.sinceLast().cores).toBe(0);
});
