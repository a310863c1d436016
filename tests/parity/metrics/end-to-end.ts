/** From image files to scores with a seeded Inception: what the tools' own commands print. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Extracted, inceptionExtractor, type WeightsFile } from "@fqgan/features";
import type { Check } from "../parity-case.js";
import { readBatches, stacked } from "./batches.js";
import { evaluate, type Fixture, relative } from "./fixture.js";
import { seededWeights } from "./seeded-weights.js";

/** Where images are fewer than features, the tools scatter by as much themselves. */
const SCATTER = 2e-5;

/** Keys of the fixture's Fréchet distances by preprocessing: ours in float64, and the tools'. */
const DISTANCES = {
  tf1: ["float64_svd_reference_fid"],
  torch: ["svd_reference_fid_with_pytorch_fid_preprocessing", "pytorch_fid"],
  clean: ["svd_reference_fid_with_clean_preprocessing", "clean_fid"],
} as const;
type Preprocessing = keyof typeof DISTANCES;

interface EndToEnd {
  readonly torch_fidelity: Readonly<Record<string, number>>;
  readonly note: string;
  readonly [distance: string]: unknown;
}

export async function endToEndChecks(fixture: Fixture): Promise<Check[]> {
  const nets = Object.entries(fixture.expected.nets ?? {});
  const golden = nets.find(([name]) => name.startsWith("end_to_end"))?.[1] as EndToEnd | undefined;
  const weights = seededWeights(fixture, "inception");
  if (!golden || !weights || !existsSync(join(fixture.folder, "images"))) return [];
  const checks: Check[] = [];
  for (const preprocessing of Object.keys(DISTANCES) as Preprocessing[]) {
    const { features, logits } = await bothSides(fixture, { weights, preprocessing });
    const { fid } = (await evaluate({ name: "fid" }, { features })).values;
    const against = (key: string, actual: number | undefined, expected: number) =>
      relative(`end to end, ${key}`, { actual, expected, tolerance: SCATTER });
    checks.push(...DISTANCES[preprocessing].map((key) => against(key, fid, golden[key] as number)));
    if (preprocessing !== "tf1") continue;
    const tool = golden.torch_fidelity;
    const settings = /isc_splits=(\d+), kid_subset_size=(\d+), kid_subsets=(\d+)/.exec(golden.note);
    if (!settings) throw new Error(`end to end: its note has no settings: ${golden.note}`);
    const [splits, subsetSize, subsets] = settings.slice(1).map(Number);
    const score = await evaluate({ name: "inception-score", splits, seed: 2020 }, { logits });
    const kernel = await evaluate({ name: "kid", subsets, subsetSize, seed: 2020 }, { features });
    const manifold = await evaluate({ name: "precision-recall" }, { features });
    checks.push(
      against("torch_fidelity precision", manifold.values.precision, tool.precision!),
      against("torch_fidelity recall", manifold.values.recall, tool.recall!),
      against("torch_fidelity FID", fid, tool.frechet_inception_distance!),
      against("torch_fidelity IS", score.values.inceptionScore, tool.inception_score_mean!),
      against("torch_fidelity KID", kernel.values.kidSubsets, tool.kernel_inception_distance_mean!),
    );
  }
  return checks;
}

/** The features of references and reconstructions; the logits of reconstructions. */
async function bothSides(
  fixture: Fixture,
  {
    weights,
    preprocessing,
  }: { readonly weights: WeightsFile; readonly preprocessing: Preprocessing },
) {
  const extractor = inceptionExtractor(weights, { preprocessing, layer: "2048" });
  const files = readdirSync(join(fixture.folder, "images")).sort();
  const side = async (ending: string) => {
    const names = files.filter((name) => name.endsWith(ending)).map((name) => `images/${name}`);
    const extracted: Extracted[] = [];
    for (const batch of await readBatches(fixture, names))
      extracted.push(await extractor.extract(batch));
    return {
      features: stacked(extracted.map(({ features }) => features)),
      logits: stacked(extracted.map(({ logits }) => logits!)),
    };
  };
  const [real, fake] = [await side("_ref.png"), await side("_rec.png")];
  extractor.dispose();
  return {
    features: { real: real.features, fake: fake.features },
    logits: { fake: fake.logits },
  };
}
