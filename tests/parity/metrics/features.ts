/** FID, KID, precision and recall, IS, CMMD against torch-fidelity, pytorch-fid, clean-fid, ADM, prdc, cmmd. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeNpz,
  frechetDistance,
  gaussianFromCovariance,
  Moments,
  RandomState,
} from "@fqgan/metrics";
import type { HostTensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";
import { absolute, evaluate, type Fixture, readArray, readFeatures, relative } from "./fixture.js";

/** `a_vs_b_rank_deficient_one` → a, b */
function sidesOf(name: string): [real: string, fake: string] {
  const [, real, fake] = /^(.+?)_vs_(.+?)(?:_(?:rank_deficient|float).*)?$/.exec(name)!;
  return [real!, fake!];
}

export function fidChecks(fixture: Fixture): Check[] {
  const golden = fixture.expected.features?.fid ?? {};
  return Object.entries(golden).flatMap(([name, of]) => {
    const [realName, fakeName] = sidesOf(name);
    const features = {
      real: readFeatures(fixture, realName),
      fake: readFeatures(fixture, fakeName),
    };
    const { fid } = evaluate({ name: "fid" }, { features }).values;
    // A distance of 0 has no relative error: it is held against the traces it is the difference of.
    if (realName === fakeName)
      return [absolute(`fid ${name}`, { actual: fid, expected: 0, tolerance: 1e-11 })];
    const rough = evaluate({ name: "fid", mean: "float32" }, { features }).values.fid;
    const against = (tool: string, actual: number | undefined, tolerance: number) =>
      relative(`fid ${name}, ${tool}`, { actual, expected: of[tool]!, tolerance });
    // Where rows are fewer than dimensions the tools scatter by up to 1e-5 themselves. Those that average
    // in float32 take |m₁ - m₂|² in it too.
    const tolerance = name.includes("rank_deficient") ? 1e-5 : 1e-9;
    return [
      against("float64_svd_reference", fid, 1e-9),
      against("pytorch_fid", fid, tolerance),
      ...["torch_fidelity", "clean_fid", "adm"].map((tool) =>
        against(tool, rough, Math.max(tolerance, 1e-6)),
      ),
    ];
  });
}

/** Statistics files as pytorch-fid writes them: `mu` and `sigma`. */
export function statisticsChecks(fixture: Fixture): Check[] {
  return Object.keys(fixture.expected.features?.stats ?? {}).map((name) => {
    const path = join(fixture.folder, `features/stats_${name}.npz`);
    const { mu, sigma } = decodeNpz(readFileSync(path), path);
    const moments = new Moments();
    moments.append(readFeatures(fixture, name));
    const columns = mu!.shape[0]!;
    const stored = gaussianFromCovariance({
      count: moments.count,
      mean: mu!.data as Float64Array,
      covariance: { rows: columns, columns, data: sigma!.data as Float64Array },
    });
    const { mean, covariance } = moments.covariance();
    const ours = gaussianFromCovariance({ count: moments.count, mean, covariance });
    const { raw, traceReal } = frechetDistance(stored, ours);
    return absolute(`stats_${name}.npz`, {
      actual: raw / traceReal,
      expected: 0,
      tolerance: 1e-12,
    });
  });
}

/** The 2048-dimensional case, whose features are made by formula. */
export function largeFidChecks({ expected }: Fixture): Check[] {
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
  const { distance: actual } = frechetDistance(moments[0]!, moments[1]!);
  return [
    relative("fid 2048, pytorch_fid", { actual, expected: golden.pytorch_fid, tolerance: 1e-9 }),
    relative("fid 2048, torch_fidelity", {
      actual,
      expected: golden.torch_fidelity,
      tolerance: 1e-6,
    }),
  ];
}

/** The fixtures' formula for pseudo-random values: FNV-1a of the name, then an integer mixer. */
function fill(of: { seed: string; name: string; count: number; low: number; high: number }) {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(`${of.seed}:${of.name}`))
    hash = Math.imul(hash ^ byte, 16777619);
  return Float32Array.from({ length: of.count }, (_, i) => {
    let x = (hash + Math.imul(i, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x ^= x >>> 16;
    return of.low + (of.high - of.low) * ((x >>> 8) / 2 ** 24);
  });
}

export function kidChecks(fixture: Fixture): Check[] {
  const golden = fixture.expected.features?.kid;
  if (!golden) return [];
  const { subsets, subset_size: subsetSize, rng_seed: seed } = golden.settings;
  const config = { name: "kid", subsets, subsetSize, seed };
  const a = readFeatures(fixture, "a");
  const b = readFeatures(fixture, "b");
  // The tool draws from its first input first: from "a", our fake side.
  const result = evaluate(config, { features: { real: b, fake: a } });
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
  const full = evaluate(
    { name: "kid", subsets: 1 },
    { features: { real: first(b), fake: first(a) } },
  );
  return [
    ...against("torch_fidelity_float64", 1e-10),
    ...against("torch_fidelity_float32", 1e-5),
    absolute("kid full set", { actual: full.values.kid, expected: value, tolerance: 1e-10 }),
  ];
}

/** The feature files of each comparison, real then fake. */
const MANIFOLDS: Readonly<Record<string, readonly [real: string, fake: string]>> = {
  real_a_fake_b: ["a", "b"],
  real_b_fake_a: ["b", "a"],
  ties: ["ties_real", "ties_fake"],
  small: ["small1", "small2"],
};

export function manifoldChecks(fixture: Fixture): Check[] {
  const golden = fixture.expected.features?.prdc ?? {};
  return Object.entries(golden).flatMap(([name, of]) => {
    const [real, fake] = MANIFOLDS[name]!.map((side) => readFeatures(fixture, side));
    const batch = { features: { real: real!, fake: fake! } };
    return Object.keys(of).flatMap((key) => {
      const k = Number(/^(?:prdc|torch_fidelity|adm)_k(\d+)(?:_float32)?$/.exec(key)?.[1]);
      if (!k) return [];
      const ball = key.startsWith("prdc") ? "open" : "closed";
      const { values: shares } = evaluate({ name: "precision-recall", k, ball }, batch);
      const { values: counts } = evaluate({ name: "density-coverage", k, ball }, batch);
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

export function inceptionScoreChecks(fixture: Fixture): Check[] {
  const golden = fixture.expected.features?.isc;
  if (!golden) return [];
  const logits = { fake: readArray(fixture, "features/logits") };
  return Object.entries(golden).flatMap(([key, of]) => {
    if (typeof of === "number") {
      const chunkSize = Number(/^adm_split_size_(\d+)_no_shuffle_float32$/.exec(key)![1]);
      const config = { name: "inception-score", chunks: "adm", chunkSize };
      const { inceptionScore: actual } = evaluate(config, { logits }).values;
      return [relative(`IS ${key}`, { actual, expected: of, tolerance: 1e-5 })];
    }
    const shuffled = /^torch_fidelity_(\d+)_splits_shuffle_seed(\d+)$/.exec(key);
    if (!shuffled) return [];
    const [splits, seed] = [Number(shuffled[1]), Number(shuffled[2])];
    const result = evaluate({ name: "inception-score", splits, seed }, { logits });
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

export function cmmdChecks(fixture: Fixture): Check[] {
  const golden = fixture.expected.features?.cmmd ?? {};
  return Object.entries(golden).flatMap(([key, expected]) => {
    if (!/^[a-z]+_vs_\w+_float64$/.test(key)) return [];
    const [real, fake] = sidesOf(key);
    const features = { real: readFeatures(fixture, real), fake: readFeatures(fixture, fake) };
    const { cmmd: actual } = evaluate({ name: "cmmd" }, { features }).values;
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
