/** FID, KID, precision and recall, IS, CMMD against torch-fidelity, pytorch-fid, clean-fid, ADM, prdc, cmmd. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeNpz,
  encodeNpz,
  extrapolate,
  frechetDistance,
  gaussianFromCovariance,
  Moments,
  RandomState,
  readReference,
  subsetSizes,
  writeReference,
} from "@fqgan/metrics";
import type { HostTensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";
import { absolute, evaluate, type Fixture, readArray, readFeatures, relative } from "./fixture.js";
import { fill } from "./seeded-weights.js";

/** `a_vs_b_rank_deficient_one` → a, b */
function sidesOf(name: string): [real: string, fake: string] {
  const [, real, fake] = /^(.+?)_vs_(.+?)(?:_(?:rank_deficient|float).*)?$/.exec(name)!;
  return [real!, fake!];
}

/** The checks of all entries, one after another. */
async function collect<T>(
  entries: Iterable<T>,
  check: (entry: T) => Promise<Check[]>,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const entry of entries) checks.push(...(await check(entry)));
  return checks;
}

export function fidChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.features?.fid ?? {};
  return collect(Object.entries(golden), async ([name, of]) => {
    const [realName, fakeName] = sidesOf(name);
    const features = {
      real: readFeatures(fixture, realName),
      fake: readFeatures(fixture, fakeName),
    };
    const { fid } = (await evaluate({ name: "fid" }, { features })).values;
    // A distance of 0 has no relative error: it is held against the traces it is the difference of.
    if (realName === fakeName)
      return [absolute(`fid ${name}`, { actual: fid, expected: 0, tolerance: 1e-11 })];
    const float32 = await evaluate({ name: "fid", mean: "float32" }, { features });
    const rough = float32.values.fid;
    // Whatever tools the fixture has.
    const against = (tool: string, actual: number | undefined, tolerance: number) => {
      const expected = of[tool];
      if (expected === undefined) return [];
      return [relative(`fid ${name}, ${tool}`, { actual, expected, tolerance })];
    };
    // Where rows are fewer than dimensions the tools scatter by up to 1e-5 themselves. Those that average
    // in float32 take |m₁ - m₂|² in it too.
    const tolerance = name.includes("rank_deficient") ? 1e-5 : 1e-9;
    return [
      ...against("float64_svd_reference", fid, 1e-9),
      ...against("pytorch_fid", fid, tolerance),
      ...["torch_fidelity", "clean_fid", "adm"].flatMap((tool) =>
        against(tool, rough, Math.max(tolerance, 1e-6)),
      ),
    ];
  });
}

/** Statistics files as pytorch-fid writes them, and as we write them, read back. */
export function statisticsChecks(fixture: Fixture): Promise<Check[]> {
  return collect(Object.keys(fixture.expected.features?.stats ?? {}), async (name) => {
    const path = join(fixture.folder, `features/stats_${name}.npz`);
    const moments = new Moments();
    moments.append(readFeatures(fixture, name));
    const ours = moments.covariance();
    const files = {
      "": decodeNpz(readFileSync(path), path),
      ", written": decodeNpz(encodeNpz(writeReference({ features: ours, protocol: {} })), path),
    };
    return collect(Object.entries(files), async ([kind, arrays]) => {
      const stored = readReference(arrays, path).features;
      const { raw, traceReal } = await frechetDistance(stored, gaussianFromCovariance(ours));
      return [
        absolute(`stats_${name}.npz${kind}`, {
          actual: raw / traceReal,
          expected: 0,
          tolerance: 1e-12,
        }),
      ];
    });
  });
}

/** FID∞ on dgm-eval's own subsets. */
export async function extrapolationChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.features?.fd_infinity;
  if (!golden) return [];
  const indices = readArray(fixture, "features/fd_infinity_indices").data as Int32Array;
  const subsets = golden.sizes.map((size, i) => {
    const from = golden.sizes.slice(0, i).reduce((sum, before) => sum + before, 0);
    return indices.slice(from, from + size);
  });
  const real = new Moments();
  real.append(readArray(fixture, `features/${golden.ref}`));
  const fake = readArray(fixture, `features/${golden.gen}`);
  const [rows, columns] = fake.shape as [number, number];
  const { intercept } = await extrapolate({
    real: real.gaussian(),
    fake: { rows, columns, data: fake.data as Float32Array },
    subsets,
  });
  const sizes = subsetSizes(rows, subsets.length);
  return [
    relative("fid infinity", { actual: intercept, expected: golden.value, tolerance: 1e-6 }),
    {
      name: "fid infinity, sizes that differ",
      error: golden.sizes.filter((size, i) => size !== sizes[i]).length,
      tolerance: 0,
    },
  ];
}

/** The 2048-dimensional case, whose features are made by formula. */
export async function largeFidChecks({ expected }: Fixture): Promise<Check[]> {
  const golden = expected.features?.fid_2048_recipe;
  if (!golden) return [];
  const { recipe } = golden;
  const seed = /seed '([^']+)'/.exec(recipe)![1]!;
  const [, dimensions, low, high] = /'scale',\[(\d+)\],([-\d.]+),([-\d.]+)/
    .exec(recipe)!
    .map(Number) as [number, number, number, number];
  const scale = fill({ seed, name: "scale", count: dimensions, low, high });
  const moments = ["a", "b"].map((name) => {
    const [, rows, from, to] = new RegExp(`${name}: n=(\\d+) lo=([-\\d.]+) hi=([-\\d.]+)`)
      .exec(recipe)!
      .map(Number) as [number, number, number, number];
    const data = fill({ seed, name, count: rows * dimensions, low: from, high: to });
    data.forEach((value, i) => {
      data[i] = Math.max(value, 0) * scale[i % dimensions]!;
    });
    const result = new Moments();
    result.append({ shape: [rows, dimensions], data });
    return result.gaussian();
  });
  const { distance: actual } = await frechetDistance(moments[0]!, moments[1]!);
  return [
    relative("fid 2048, pytorch_fid", { actual, expected: golden.pytorch_fid, tolerance: 1e-9 }),
    relative("fid 2048, torch_fidelity", {
      actual,
      expected: golden.torch_fidelity,
      tolerance: 1e-6,
    }),
  ];
}

export async function kidChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.features?.kid;
  if (!golden) return [];
  const { subsets, subset_size: subsetSize, rng_seed: seed } = golden.settings;
  const config = { name: "kid", subsets, subsetSize, seed };
  const a = readFeatures(fixture, "a");
  const b = readFeatures(fixture, "b");
  // The tool draws from its first input first: from "a", our fake side.
  const result = await evaluate(config, { features: { real: b, fake: a } });
  const against = (
    tool: "torch_fidelity_float64" | "torch_fidelity_float32",
    tolerance: number,
  ) => {
    const { kernel_inception_distance_mean: mean, kernel_inception_distance_std: deviation } =
      golden[tool];
    return [
      relative(`kid ${tool}`, { actual: result.values.kidSubsets, expected: mean, tolerance }),
      relative(`kid deviation ${tool}`, {
        actual: result.details.subsetsDeviation,
        expected: deviation,
        tolerance,
      }),
    ];
  };
  const { n, value } = golden.full_set_unbiased_float64;
  const first = (x: HostTensor): HostTensor => ({
    ...x,
    shape: [n, x.shape[1]!],
    data: x.data.subarray(0, n * x.shape[1]!),
  });
  const full = await evaluate(
    { name: "kid", subsets: 1 },
    { features: { real: first(b), fake: first(a) } },
  );
  const paired = await evaluate(
    { name: "kid", subsets: 0, sets: "paired" },
    { features: { real: first(b), fake: first(a) } },
  );
  return [
    ...against("torch_fidelity_float64", 1e-10),
    ...against("torch_fidelity_float32", 1e-5),
    absolute("kid full set", { actual: full.values.kid, expected: value, tolerance: 1e-10 }),
    ...(golden.full_set_ustatistic_float64 === undefined
      ? []
      : [
          absolute("kid full set, without pairs of one index", {
            actual: paired.values.kid,
            expected: golden.full_set_ustatistic_float64,
            tolerance: 1e-10,
          }),
        ]),
  ];
}

/** The feature files of each comparison, real then fake. */
const MANIFOLDS: Readonly<Record<string, readonly [real: string, fake: string]>> = {
  real_a_fake_b: ["a", "b"],
  real_b_fake_a: ["b", "a"],
  ties: ["ties_real", "ties_fake"],
  small: ["small1", "small2"],
};

export function manifoldChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.features?.prdc ?? {};
  return collect(Object.entries(golden), async ([name, of]) => {
    const [real, fake] = MANIFOLDS[name]!.map((side) => readFeatures(fixture, side));
    const batch = { features: { real: real!, fake: fake! } };
    return collect(Object.keys(of), async (key) => {
      const k = Number(/^(?:prdc|torch_fidelity|adm)_k(\d+)(?:_float32)?$/.exec(key)?.[1]);
      if (!k) return [];
      const ball = key.startsWith("prdc") ? "open" : "closed";
      const { values: shares } = await evaluate({ name: "precision-recall", k, ball }, batch);
      const { values: counts } = await evaluate({ name: "density-coverage", k, ball }, batch);
      // Counts are equal, or off by at least 1/N; the tools' shares are rounded to float32.
      const equal = (value: "precision" | "recall" | "density" | "coverage") =>
        of[key]![value] === undefined
          ? []
          : [
              absolute(`${name} ${key} ${value}`, {
                actual: { ...shares, ...counts }[value],
                expected: of[key]![value]!,
                tolerance: 1e-7,
              }),
            ];
      return (["precision", "recall", "density", "coverage"] as const).flatMap(equal);
    });
  });
}

export async function inceptionScoreChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.features?.isc;
  if (!golden) return [];
  const logits = { fake: readArray(fixture, "features/logits") };
  return collect(Object.entries(golden), async ([key, of]) => {
    if (typeof of === "number") {
      const chunkSize = Number(/^adm_split_size_(\d+)_no_shuffle_float32$/.exec(key)![1]);
      const config = { name: "inception-score", chunks: "adm", chunkSize };
      const { inceptionScore: actual } = (await evaluate(config, { logits })).values;
      return [relative(`IS ${key}`, { actual, expected: of, tolerance: 1e-5 })];
    }
    const shuffled = /^torch_fidelity_(\d+)_splits_shuffle_seed(\d+)$/.exec(key);
    if (!shuffled) return [];
    const [splits, seed] = [Number(shuffled[1]), Number(shuffled[2])];
    const result = await evaluate({ name: "inception-score", splits, seed }, { logits });
    return [
      relative(`IS ${key}`, {
        actual: result.values.inceptionScore,
        expected: of.inception_score_mean,
        tolerance: 1e-9,
      }),
      relative(`IS deviation ${key}`, {
        actual: result.details.chunksDeviation,
        expected: of.inception_score_std,
        tolerance: 1e-9,
      }),
    ];
  });
}

export function cmmdChecks(fixture: Fixture): Promise<Check[]> {
  const golden = fixture.expected.features?.cmmd ?? {};
  return collect(Object.entries(golden), async ([key, expected]) => {
    if (!/^[a-z]+_vs_\w+_float64$/.test(key)) return [];
    const [real, fake] = sidesOf(key);
    const features = { real: readFeatures(fixture, real), fake: readFeatures(fixture, fake) };
    const { cmmd: actual } = (await evaluate({ name: "cmmd" }, { features })).values;
    return [absolute(`cmmd ${key}`, { actual, expected: expected as number, tolerance: 1e-9 })];
  });
}

/** NumPy's generator: exact. */
export function randomChecks({ expected }: Fixture): Check[] {
  const golden = expected.features?.numpy_randomstate;
  if (!golden) return [];
  const same = (name: string, actual: ArrayLike<number>): Check => {
    const wanted: readonly number[] = golden[name]!;
    const error = wanted.filter((value, i) => value !== actual[i]).length;
    return { name: `numpy ${name}`, error, tolerance: 0 };
  };
  return Object.keys(golden).flatMap((name) => {
    const words = /^seed(\d+)_first_uint32$/.exec(name);
    if (words) {
      const random = new RandomState(Number(words[1]));
      return [
        same(
          name,
          Array.from(golden[name]!, () => random.uint32()),
        ),
      ];
    }
    const order = /^seed(\d+)_permutation(\d+)(?:_head)?$/.exec(name);
    if (order) return [same(name, new RandomState(Number(order[1])).permutation(Number(order[2])))];
    const choice = /^seed(\d+)_choice_(\d+)_(\d+)$/.exec(name);
    if (!choice) return [];
    const random = new RandomState(Number(choice[1]));
    return [same(name, random.choice(Number(choice[2]), Number(choice[3])))];
  });
}
