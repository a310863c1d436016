/** Inception and LPIPS with seeded weights against torch-fidelity, pytorch-fid, clean-fid and lpips. */
import { join } from "node:path";
import {
  type Extractor,
  inceptionExtractor,
  inceptionFromWeights,
  inceptionPreprocessings,
  lpipsFromWeights,
} from "@fqgan/features";
import { decodeImage } from "@fqgan/image";
import { compile, type HostTensor, hostTensor, type Tensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";
import { readBatch, readBatches, stacked } from "./batches.js";
import { absolute, type Fixture } from "./fixture.js";
import { seededWeights } from "./seeded-weights.js";
import { against } from "./stored.js";

const readImage = ({ folder }: Fixture, file: string) => decodeImage(join(folder, file));

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
