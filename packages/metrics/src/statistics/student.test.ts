import { expect, it } from "vitest";
import { studentCdf, studentQuantile } from "./student.js";

// A table of the distribution: 97.5 % with so many degrees of freedom.
it.each([
  [1, 12.7062],
  [2, 4.30265],
  [4, 2.77645],
  [9, 2.26216],
  [30, 2.04227],
  [100, 1.98397],
])("knows what the tables say at %i degrees of freedom", (degrees, expected) => {
  expect(studentQuantile(0.975, degrees)).toBeCloseTo(expected, 4);
  expect(studentQuantile(0.025, degrees)).toBeCloseTo(-expected, 4);
  expect(studentCdf(expected, degrees)).toBeCloseTo(0.975, 5);
});
