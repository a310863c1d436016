/**
 * Differences between heads in bits of a held-out image, with an interval over seeds and drawings: a sweep's own
 * intervals are over seeds, for these test images. Seeds and identities are drawn anew independently of one another,
 * with replacement, an identity with all its images (the pigeonhole bootstrap; Owen, 2007, doi 10.1214/07-AOAS122). Needs the run
 * folders of the seeds named, or of all.
 *
 *   npx tsx --conditions=@fqgan/source packages/cli/scripts/findings/bits-by-image.ts --sweep findings-heads --family "claim 5" --seeds 7,8,9
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataset } from "@fqgan/data";
import { readRunConfig, readSweepRecord } from "@fqgan/experiment";
import { createKey, fold, uniform } from "@fqgan/tensor";

const RESAMPLES = 10_000;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "runs" },
    sweep: { type: "string" },
    family: { type: "string" },
    seeds: { type: "string" },
  },
});
if (!values.sweep || !values.family) {
  process.stderr.write('expected --sweep NAME and --family "FAMILY"\n');
  process.exit(2);
}
const { points, contrasts } = readSweepRecord(values.runs, values.sweep);
const compared = contrasts.filter(({ family }) => family === values.family);
const folderOf = (stage: string) => join(values.runs, stage);

const { data } = readRunConfig(folderOf(points[0]!.stages.tokenizer!)).config as {
  data: { name: string };
};
const { splits } = await loadDataset(data);
const identities = splits.test.attributes.identity!;
const names = [...new Set(identities)];
const groupOf = identities.map((identity) => names.indexOf(identity));
const sizes = names.map((name) => identities.filter((identity) => identity === name).length);

/** Bits of each test image by a run's generator. */
function bitsOf(row: string, axis: string, seed: number): number[] {
  const point = points.find(({ axes, seed: own }) => axes[axis] === row && own === seed);
  if (!point) throw new Error(`--seeds: expected seeds of ${values.sweep}, got ${seed}`);
  const path = join(folderOf(point.stages.generator!), "likelihood.json");
  const { codebooks } = JSON.parse(readFileSync(path, "utf8")) as {
    codebooks: Record<string, number[]>;
  };
  const parts = Object.values(codebooks);
  return parts[0]!.map((_, image) => parts.reduce((sum, part) => sum + part[image]!, 0));
}

/** How often each of `count` things is drawn. */
function drawn(uniforms: Float32Array, count: number): Uint32Array {
  const times = new Uint32Array(count);
  for (const u of uniforms) times[Math.min(count - 1, Math.floor(u * count))]!++;
  return times;
}

const seeds = values.seeds
  ? values.seeds.split(",").map(Number)
  : [...new Set(points.map(({ seed }) => seed))];
process.stdout.write(
  `| fewer bits an image, ${seeds.length} seeds × ${identities.length} images of ${names.length} identities | mean | 95 % over seeds and identities | better in images |\n| --- | ---: | ---: | ---: |\n`,
);
for (const { treatment, baseline, rows, name } of compared) {
  // Sums over an identity's images, for each seed.
  const sums = seeds.map((seed) => {
    const [ours, theirs] = [bitsOf(treatment, rows, seed), bitsOf(baseline, rows, seed)];
    const difference = theirs.map((bits, image) => bits - ours[image]!);
    const ofGroups = new Float64Array(names.length);
    for (const [image, bits] of difference.entries()) ofGroups[groupOf[image]!]! += bits;
    return { difference, ofGroups };
  });
  const weighted = (ofSeeds: Uint32Array, ofGroups: Uint32Array) => {
    let [sum, images] = [0, 0];
    for (const [g, times] of ofGroups.entries()) {
      images += times * sizes[g]!;
      for (const [s, seedTimes] of ofSeeds.entries())
        sum += seedTimes * times * sums[s]!.ofGroups[g]!;
    }
    return sum / images / seeds.length;
  };
  const once = (count: number) => new Uint32Array(count).fill(1);
  const mean = weighted(once(seeds.length), once(names.length));
  const means = Float64Array.from({ length: RESAMPLES }, (_, resample) => {
    const key = fold(createKey(0), name, resample);
    return weighted(
      drawn(uniform(fold(key, "seeds"), seeds.length), seeds.length),
      drawn(uniform(fold(key, "identities"), names.length), names.length),
    );
  }).sort();
  const at = (share: number) =>
    means[Math.round(share * (RESAMPLES - 1))]!.toFixed(1).replace("-", "−");
  const better = identities.filter(
    (_, image) => sums.reduce((sum, { difference }) => sum + difference[image]!, 0) > 0,
  ).length;
  process.stdout.write(
    `| ${treatment} against ${baseline} | ${mean.toFixed(1)} | [${at(0.025)}, ${at(0.975)}] | ${((100 * better) / identities.length).toFixed(0)} % |\n`,
  );
}
