import { existsSync } from "node:fs";
import { join } from "node:path";
import type { HostTensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";
import { type Fixture, readArray } from "./fixture.js";
import { largestDifference } from "./resizing.js";

/** A check against a stored array, or none where a folder lacks it. */
export function against(
  fixture: Fixture,
  golden: {
    readonly file: string;
    readonly actual: HostTensor;
    readonly tolerance: number;
    readonly error?: (actual: HostTensor["data"], wanted: HostTensor["data"]) => number;
  },
): Check[] {
  const { file, actual, tolerance, error = largestDifference } = golden;
  const path = join(fixture.folder, "nets", file);
  if (!existsSync(`${path}.npy`) && !existsSync(`${path}.npz`)) return [];
  const wanted = readArray(fixture, `nets/${file}`).data;
  return [{ name: `nets ${file}`, error: error(actual.data, wanted), tolerance }];
}

/** ‖actual - wanted‖ / ‖wanted‖ */
export function relativeNorm(actual: HostTensor["data"], wanted: HostTensor["data"]): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let [difference, norm] = [0, 0];
  wanted.forEach((value, i) => {
    difference += (actual[i]! - value) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(difference / norm);
}
