/** Networks with seeded weights against torch-fidelity, pytorch-fid, clean-fid, lpips, DINOv2 and CLIP. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  clipExtractor,
  dinov2Extractor,
  type Extractor,
  inceptionExtractor,
  inceptionFromWeights,
  inceptionPreprocessings,
  lpipsFromWeights,
  positionTable,
} from "@fqgan/features";
import { decodeImage } from "@fqgan/image";
import { compile, type HostTensor, hostTensor, type Tensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";
import { readBatch, readBatches, stacked } from "./batches.js";
import { absolute, type Fixture, readArray } from "./fixture.js";
import { largestDifference } from "./resizing.js";
import { seededWeights } from "./seeded-weights.js";

const readImage = ({ folder }: Fixture, file: string) => decodeImage(join(folder, file));

/** A check against a stored array, or none where a folder lacks it. */
function against(
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

function relativeNorm(actual: HostTensor["data"], wanted: HostTensor["data"]): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let [difference, norm] = [0, 0];
  wanted.forEach((value, i) => {
    difference += (actual[i]! - value) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(difference / norm);
}

export async function inceptionChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.nets?.inception;
  const weights = seededWeights(fixture, "inception");
  if (!golden || !weights) return [];
  const extractors = Object.fromEntries(
    (["tf1", "torch", "clean"] as const).map((preprocessing) => [
      preprocessing,
      inceptionExtractor(weights, { preprocessing, layer: "2048" }),
    ]),
  ) as Record<"tf1" | "torch" | "clean", Extractor>;
  const batches = await readBatches(fixture, golden.images);
  const all = async (extractor: Extractor) => {
    const extracted = [];
    for (const batch of batches) extracted.push(await extractor.extract(batch));
    return extracted;
  };
  const tf1 = await all(extractors.tf1);
  const [torch, clean] = [await all(extractors.torch), await all(extractors.clean)];
  const features = (extracted: readonly { readonly features: HostTensor }[]) =>
    stacked(extracted.map((one) => one.features));
  const pool3 = features(tf1);
  const logits = stacked(tf1.map((extracted) => extracted.logits!));
  const spatial = stacked(tf1.map((extracted) => extracted.spatial!));
  const checks = [
    ...against(fixture, { file: "inception_pool3_float64", actual: pool3, tolerance: 2e-5 }),
    ...against(fixture, { file: "inception_2048_float32", actual: pool3, tolerance: 2e-5 }),
    ...against(fixture, {
      file: "inception_logits_unbiased_float64",
      actual: logits,
      tolerance: 1e-4,
    }),
    ...against(fixture, {
      file: "inception_logits_unbiased_float32",
      actual: logits,
      tolerance: 1e-4,
    }),
    ...against(fixture, { file: "inception_sfid_2023_float64", actual: spatial, tolerance: 2e-5 }),
    ...against(fixture, {
      file: "inception_pool3_pytorch_fid",
      actual: features(torch),
      tolerance: 2e-5,
    }),
    ...against(fixture, {
      file: "inception_pool3_clean_fid",
      actual: features(clean),
      tolerance: 2e-5,
    }),
    ...(await inceptionLayerChecks(fixture, golden.images)),
  ];
  for (const extractor of Object.values(extractors)) extractor.dispose();
  return checks;
}

/** The smaller feature sets and the last layer with its bias, straight from the network. */
async function inceptionLayerChecks(fixture: Fixture, files: readonly string[]): Promise<Check[]> {
  const { tensors, path } = seededWeights(fixture, "inception")!;
  const network = inceptionFromWeights(tensors, path);
  const run = compile(
    ({ images }: { images: Tensor }) => {
      const { features, biasedLogits } = network.call(images);
      return { 64: features["64"], 192: features["192"], 768: features["768"], biasedLogits };
    },
    { name: "inception layers", weights: "frozen" },
  );
  const { prepare, shape } = inceptionPreprocessings.tf1;
  const outputs: Awaited<ReturnType<typeof run>>[] = [];
  for (const file of files) {
    const pixels = prepare(await readImage(fixture, file));
    outputs.push(await run({ images: hostTensor(pixels, [1, ...shape]) }));
  }
  run.dispose();
  network.dispose();
  const layer = (name: "64" | "192" | "768" | "biasedLogits") =>
    stacked(outputs.map((output) => output[name]));
  return [
    ...(["64", "192", "768"] as const).flatMap((name) =>
      against(fixture, { file: `inception_${name}_float32`, actual: layer(name), tolerance: 2e-5 }),
    ),
    ...against(fixture, {
      file: "inception_logits_float32",
      actual: layer("biasedLogits"),
      tolerance: 1e-4,
    }),
  ];
}

export async function lpipsChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.nets?.lpips_vgg16;
  const weights = seededWeights(fixture, "vgg16_lpips");
  if (!golden || !weights) return [];
  const network = lpipsFromWeights(weights.tensors, { where: weights.path });
  const run = compile(
    ({ a, b }: { a: Tensor; b: Tensor }) => {
      const [first, second, third, fourth, fifth] = network.distances(a, b);
      const taps = {
        first: first!,
        second: second!,
        third: third!,
        fourth: fourth!,
        fifth: fifth!,
      };
      return { distance: network.call(a, b), taps };
    },
    { name: "lpips", weights: "frozen" },
  );
  const checks: Check[] = [];
  for (const { index, lpips_pkg_float64: expected, per_layer_float64: layers } of golden.pairs) {
    const name = String(index).padStart(2, "0");
    const [a, b] = await Promise.all(
      ["rec", "ref"].map((side) => readBatch(fixture, `images/${name}_${side}.png`)),
    );
    const { distance, taps } = await run({ a: a!, b: b! });
    checks.push(
      absolute(`lpips ${name}`, { actual: distance.data[0], expected, tolerance: 1e-6 }),
      ...Object.values(taps).map((tap, i) =>
        absolute(`lpips ${name}, tap ${i}`, {
          actual: tap.data[0],
          expected: layers[i]!,
          tolerance: 1e-6,
        }),
      ),
    );
  }
  run.dispose();
  network.dispose();
  return checks;
}

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
