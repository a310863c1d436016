/** DINOv2 and CLIP with seeded weights against their own code. */
import { clipExtractor, dinov2Extractor, type Extractor, positionTable } from "@fqgan/features";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";
import { readBatch, stacked } from "./batches.js";
import type { Fixture } from "./fixture.js";
import { seededWeights } from "./seeded-weights.js";
import { against, relativeNorm } from "./stored.js";

async function featuresOf(
  fixture: Fixture,
  { extractor, files }: { readonly extractor: Extractor; readonly files: readonly string[] },
): Promise<HostTensor> {
  const rows = [];
  for (const file of files) rows.push(await extractor.features(await readBatch(fixture, file)));
  extractor.dispose();
  return stacked(rows);
}

export async function dinov2Checks(fixture: Fixture): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [name, golden] of Object.entries(fixture.expected.nets?.dinov2 ?? {})) {
    const weights = seededWeights(fixture, `dinov2_${name}`);
    if (!weights) continue;
    const size = Number(/resize to (\d+)x/.exec(golden.preprocess)?.[1] ?? 224);
    const { heads, embed_dim: channels, patch } = golden.config;
    const extractor = dinov2Extractor(weights, { size, heads });
    const actual = await featuresOf(fixture, { extractor, files: golden.images });
    const grid = size / patch;
    const stored = weights.tensors.pos_embed!.data as Float32Array;
    const table = positionTable(stored, { channels, grid });
    checks.push(
      ...against(fixture, {
        file: `dinov2_${name}_cls_float64`,
        actual,
        tolerance: 1e-5,
        error: relativeNorm,
      }),
      ...against(fixture, {
        file: `dinov2_${name}_pos_embed_${grid}x${grid}`,
        actual: hostTensor(table, [1 + grid * grid, channels]),
        tolerance: 1e-5,
      }),
    );
  }
  return checks;
}

export async function clipChecks(fixture: Fixture): Promise<Check[]> {
  const checks: Check[] = [];
  const golden = Object.entries(fixture.expected.nets ?? {}).filter(([name]) =>
    name.startsWith("clip_"),
  );
  for (const [name, of] of golden) {
    const weights = seededWeights(fixture, name);
    if (!weights) continue;
    const { config, images } = of as ClipNumbers;
    const extractor = clipExtractor(weights, { heads: config.heads });
    const actual = await featuresOf(fixture, { extractor, files: images });
    const [count, columns] = actual.shape as [number, number];
    const unit = Float32Array.from({ length: count * columns });
    for (let row = 0; row < count; row++) {
      const values = Array.from(actual.data.subarray(row * columns, (row + 1) * columns));
      const length = Math.hypot(...values);
      values.forEach((value, i) => {
        unit[row * columns + i] = value / length;
      });
    }
    const tolerance = 1e-5;
    checks.push(
      ...against(fixture, {
        file: `${name}_embedding_float64`,
        actual,
        tolerance,
        error: relativeNorm,
      }),
      ...against(fixture, {
        file: `${name}_embedding_l2norm_float64`,
        actual: hostTensor(unit, actual.shape),
        tolerance,
        error: relativeNorm,
      }),
    );
  }
  return checks;
}

interface ClipNumbers {
  readonly config: { readonly heads: number };
  readonly images: readonly string[];
}
