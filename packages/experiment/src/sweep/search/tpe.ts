/**
 * Tree-structured Parzen estimator (Bergstra et al. 2011): with l(x) the density of good samples and g(x)
 * that of the others, expected improvement grows with l(x) / g(x). Each dimension on its own, in [0, 1];
 * the width of each kernel is the distance to its farther neighbour.
 */
import { fold, type Key, uniform53 } from "@fqgan/tensor";
import { type Dimension, placeOf, type Sample, valueAt } from "./space.js";
import type { Observation } from "./strategies.js";

/** How many of n samples count as good, at most. */
const MAX_GOOD = 25;
const goodCount = (n: number) => Math.max(1, Math.min(MAX_GOOD, Math.ceil(0.25 * Math.sqrt(n))));

export function proposeByTpe(question: {
  readonly space: Readonly<Record<string, Dimension>>;
  readonly observed: readonly Observation[];
  readonly candidates: number;
  readonly key: Key;
}): Sample {
  const { space, observed, candidates, key } = question;
  const order = [...observed].sort((a, b) => a.loss - b.loss);
  const good = goodCount(order.length);
  return Object.fromEntries(
    Object.entries(space).map(([path, dimension]) => {
      const places = order.map(({ sample }) => placeOf(dimension, sample[path]!));
      const make = "values" in dimension ? categorical(dimension.values.length) : parzen;
      const better = make(places.slice(0, good));
      const worse = make(places.slice(good));
      const uniforms = uniform53(fold(key, path), 2 * candidates);
      let best = { place: 0.5, score: Number.NEGATIVE_INFINITY };
      for (let i = 0; i < candidates; i++) {
        const place = better.draw(uniforms[2 * i]!, uniforms[2 * i + 1]!);
        const score = Math.log(better.density(place)) - Math.log(worse.density(place));
        if (score > best.score) best = { place, score };
      }
      return [path, valueAt(dimension, Math.min(best.place, 1 - 2 ** -53))];
    }),
  );
}

interface Density {
  density(place: number): number;
  /** From two numbers in [0, 1): which kernel, and where in it. */
  draw(which: number, where: number): number;
}

/** Counts with one more for each value. */
const categorical =
  (count: number) =>
  (places: readonly number[]): Density => {
    const weights = new Array<number>(count).fill(1);
    const index = (place: number) => Math.min(count - 1, Math.floor(place * count));
    for (const place of places) weights[index(place)]! += 1;
    const total = weights.reduce((a, b) => a + b, 0);
    return {
      density: (place) => weights[index(place)]! / total,
      draw(which) {
        let rest = which * total;
        const chosen = weights.findIndex((weight) => {
          rest -= weight;
          return rest < 0;
        });
        return (chosen + 0.5) / count;
      },
    };
  };

/** Normal kernels at the places, cut off at 0 and 1, and a wide one in the middle as prior. */
function parzen(places: readonly number[]): Density {
  const centres = [...places, 0.5].sort((a, b) => a - b);
  const least = 1 / Math.min(100, 1 + centres.length);
  const kernels = centres.map((centre, i) => {
    const gaps = [centre - (centres[i - 1] ?? 0), (centres[i + 1] ?? 1) - centre];
    const width = centre === 0.5 && !places.includes(0.5) ? 1 : Math.max(least, ...gaps);
    const [low, high] = [normalCdf((0 - centre) / width), normalCdf((1 - centre) / width)];
    return { centre, width, low, mass: high - low };
  });
  return {
    density(place) {
      const sum = kernels.reduce((total, { centre, width, mass }) => {
        const z = (place - centre) / width;
        return total + Math.exp(-0.5 * z * z) / (width * Math.sqrt(2 * Math.PI) * mass);
      }, 0);
      return sum / kernels.length;
    },
    draw(which, where) {
      const { centre, width, low, mass } = kernels[Math.floor(which * kernels.length)]!;
      const z = normalQuantile(low + where * mass);
      return Math.min(1, Math.max(0, centre + width * z));
    },
  };
}

/** Abramowitz and Stegun 7.1.26, to 1.5e-7. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - poly * Math.exp(-x * x);
  return z < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

/** By halving: the cdf is all there is, and 24 candidates a dimension are no work. */
function normalQuantile(probability: number): number {
  let [low, high] = [-10, 10];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
