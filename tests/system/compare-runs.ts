import type { HostTensor } from "@fqgan/tensor";
import { expect } from "vitest";
import type { TokenizerRun } from "./small-models.js";

function meanDifference(a: HostTensor, b: HostTensor): number {
  let sum = 0;
  for (const [i, value] of a.data.entries()) sum += Math.abs(value - b.data[i]!);
  return sum / a.data.length;
}

/**
 * The same losses, weights and pictures but for rounding, and the very same codes. Adam moves a weight by its
 * whole rate however small the gradient is, so where a gradient is nothing but rounding, single weights
 * differ by as much, and with them the norm of later gradients.
 */
export function compareRuns(actual: TokenizerRun, expected: TokenizerRun): void {
  for (const [step, scalars] of expected.steps.entries())
    for (const [name, value] of Object.entries(scalars)) {
      const error = Math.abs(actual.steps[step]![name]! - value) / Math.max(1, Math.abs(value));
      const limit = name.endsWith("gradientNorm") ? 2e-2 : 2e-4;
      expect(error, `step ${step + 1}: ${name}`).toBeLessThan(limit);
    }
  for (const [name, codes] of Object.entries(expected.codes))
    expect([...actual.codes[name]!.data], name).toEqual([...codes.data]);
  expect(Object.keys(actual.weights)).toEqual(Object.keys(expected.weights));
  for (const [name, weight] of Object.entries(expected.weights))
    expect(meanDifference(actual.weights[name]!, weight), name).toBeLessThan(2e-4);
  expect(meanDifference(actual.reconstruction, expected.reconstruction)).toBeLessThan(1e-3);
}
