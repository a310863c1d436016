import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { WeightsFile } from "@fqgan/features";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Fixture } from "./fixture.js";

interface Manifest {
  readonly seed: string;
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly lo: number;
    readonly hi: number;
  }[];
}

const remembered = new Map<string, WeightsFile>();

/** A network's weights made by the fixtures' formula from its manifest; nothing where there is none. */
export function seededWeights({ folder }: Fixture, network: string): WeightsFile | undefined {
  const path = join(folder, `nets/${network}_weights_manifest.json`);
  if (!existsSync(path)) return undefined;
  const known = remembered.get(path);
  if (known) return known;
  const { seed, tensors } = JSON.parse(readFileSync(path, "utf8")) as Manifest;
  const filled = tensors.map(({ name, shape, lo, hi }): [string, HostTensor] => {
    const count = shape.reduce((product, side) => product * side, 1);
    return [name, hostTensor(fill({ seed, name, count, low: lo, high: hi }), shape)];
  });
  const file = { path, tensors: Object.fromEntries(filled), hash: `seed ${seed} ${network}` };
  remembered.set(path, file);
  return file;
}

/** The fixtures' formula for pseudo-random values: FNV-1a of the name, then an integer mixer. */
export function fill(of: {
  readonly seed: string;
  readonly name: string;
  readonly count: number;
  readonly low: number;
  readonly high: number;
}): Float32Array {
  const { count, low, high } = of;
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(`${of.seed}:${of.name}`))
    hash = Math.imul(hash ^ byte, 16777619);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (hash + Math.imul(i, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x ^= x >>> 16;
    values[i] = low + (high - low) * ((x >>> 8) / 2 ** 24);
  }
  return values;
}
