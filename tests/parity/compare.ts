import type { HostTensor } from "@fqgan/tensor";
import type { Check } from "./parity-case.js";

/** A case's own recorded float32 error of the reference, times 5, is always allowed. */
const REFERENCE_ERRORS = 5;

interface Comparison {
  readonly name: string;
  readonly actual: HostTensor;
  readonly expected: HostTensor;
  /** The reference's own float32-against-float64 difference, where the case records one. */
  readonly referenceError?: number | undefined;
}

/** Largest absolute error, against 1e-4 · max(1, largest expected magnitude). */
export function compareTensors({ name, actual, expected, referenceError = 0 }: Comparison): Check {
  let error = sameShape(name, actual, expected);
  let largest = 1;
  for (let i = 0; i < expected.data.length; i++) {
    error = worse(error, Math.abs(actual.data[i]! - expected.data[i]!));
    largest = Math.max(largest, Math.abs(expected.data[i]!));
  }
  return { name, error, tolerance: Math.max(1e-4 * largest, REFERENCE_ERRORS * referenceError) };
}

/** ‖actual - expected‖ / ‖expected‖, against 1e-4; an expected zero gradient must be zero within 1e-6. */
export function compareGradients({
  name,
  actual,
  expected,
  referenceError = 0,
}: Comparison): Check {
  let error = sameShape(name, actual, expected);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.data.length; i++) {
    difference += (actual.data[i]! - expected.data[i]!) ** 2;
    norm += expected.data[i]! ** 2;
  }
  const scale = Math.max(Math.sqrt(norm), 1e-2);
  error = worse(error, Math.sqrt(difference) / scale);
  const allowed = (REFERENCE_ERRORS * referenceError * Math.sqrt(expected.data.length)) / scale;
  return { name, error, tolerance: Math.max(1e-4, allowed) };
}

/** The number of places that differ, against none. */
export function compareIndices({ name, actual, expected }: Comparison): Check {
  let error = sameShape(name, actual, expected);
  for (let i = 0; i < expected.data.length; i++)
    if (actual.data[i] !== expected.data[i]) error += 1;
  return { name, error, tolerance: 0 };
}

/**
 * Relative error of a number, against 1e-5.
 * @param options.scale what the error is relative to: for a sum in which large terms cancel, the sum of
 *   their magnitudes
 */
export function compareScalars(options: {
  readonly name: string;
  readonly actual: number;
  readonly expected: number;
  readonly expected64?: number | undefined;
  readonly tolerance?: number;
  readonly scale?: number;
}): Check {
  const { name, actual, expected, expected64 = expected, tolerance = 1e-5 } = options;
  const scale = options.scale ?? Math.max(Math.abs(expected), 1e-6);
  const allowed = (REFERENCE_ERRORS * Math.abs(expected - expected64)) / scale;
  return {
    name,
    error: worse(0, Math.abs(actual - expected) / scale),
    tolerance: Math.max(tolerance, allowed),
  };
}

/** NaN is the worst error there is. */
const worse = (a: number, b: number) =>
  Number.isNaN(b) ? Number.POSITIVE_INFINITY : Math.max(a, b);

function sameShape(name: string, actual: HostTensor, expected: HostTensor): number {
  if (actual.data.length === expected.data.length) return 0;
  throw new Error(`${name}: expected shape [${expected.shape}], got [${actual.shape}]`);
}
