/**
 * t-SNE, van der Maaten and Hinton 2008 (https://jmlr.org/papers/v9/vandermaaten08a.html): places points in
 * the plane so that near neighbours stay near. Exact, for some hundreds of points; one call of `step` is one
 * iteration, so that a page can draw between them.
 */
export interface Tsne {
  /** x and y of every point, in turn. */
  readonly places: Float64Array;
  readonly iteration: number;
  step(): void;
}

const EXAGGERATION = { factor: 12, iterations: 100 };

/** Numbers from -1 to 1 that are the same every time. */
function* scatter(): Generator<number> {
  let state = 1;
  while (true) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 31 - 1;
  }
}

function squaredDistances(points: readonly (readonly number[])[]): Float64Array {
  const n = points.length;
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      let sum = 0;
      for (let d = 0; d < points[i]!.length; d++) sum += (points[i]![d]! - points[j]![d]!) ** 2;
      distances[i * n + j] = sum;
      distances[j * n + i] = sum;
    }
  return distances;
}

/** P(j | i) with each row's width found so that its perplexity is the asked one; symmetrised, sums to 1. */
function affinities(distances: Float64Array, n: number, perplexity: number): Float64Array {
  const target = Math.log(perplexity);
  const p = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    let [precision, low, high] = [1, 0, Number.POSITIVE_INFINITY];
    const row = distances.subarray(i * n, (i + 1) * n);
    // Distances are taken from the nearest one, so that the sum cannot vanish.
    const nearest = Math.min(...Array.from(row).filter((_, j) => j !== i));
    for (let attempt = 0; attempt < 60; attempt++) {
      let [sum, weighted] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        const value = Math.exp(-(row[j]! - nearest) * precision);
        p[i * n + j] = value;
        sum += value;
        weighted += value * (row[j]! - nearest);
      }
      const entropy = Math.log(sum) + (precision * weighted) / sum;
      for (let j = 0; j < n; j++) p[i * n + j] = p[i * n + j]! / sum;
      if (Math.abs(entropy - target) < 1e-4) break;
      if (entropy > target) {
        low = precision;
        precision = high === Number.POSITIVE_INFINITY ? precision * 2 : (precision + high) / 2;
      } else {
        high = precision;
        precision = (precision + low) / 2;
      }
    }
  }
  const joint = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      joint[i * n + j] = Math.max(1e-12, (p[i * n + j]! + p[j * n + i]!) / (2 * n));
  return joint;
}

/** Iterations after which a map of some hundreds of points no longer moves much. */
export const TSNE_ITERATIONS = 500;

/**
 * t-SNE of rows into the plane, a step at a time.
 * @param points at least four rows of equal length
 */
export function createTsne(points: readonly (readonly number[])[]): Tsne {
  const n = points.length;
  const perplexity = Math.min(30, Math.max(2, (n - 1) / 3));
  const p = affinities(squaredDistances(points), n, perplexity);
  const random = scatter();
  const places = Float64Array.from({ length: 2 * n }, () => 1e-2 * random.next().value!);
  const velocity = new Float64Array(2 * n);
  const gains = new Float64Array(2 * n).fill(1);
  const q = new Float64Array(n * n);
  const rate = Math.max(50, n / EXAGGERATION.factor);
  let iteration = 0;
  const step = () => {
    let total = 0;
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++) {
        const dx = places[2 * i]! - places[2 * j]!;
        const dy = places[2 * i + 1]! - places[2 * j + 1]!;
        const value = 1 / (1 + dx * dx + dy * dy);
        q[i * n + j] = value;
        q[j * n + i] = value;
        total += 2 * value;
      }
    const early = iteration < EXAGGERATION.iterations;
    const factor = early ? EXAGGERATION.factor : 1;
    const momentum = early ? 0.5 : 0.8;
    for (let i = 0; i < n; i++) {
      let [gx, gy] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        const near = q[i * n + j]!;
        const pull = 4 * (factor * p[i * n + j]! - near / total) * near;
        gx += pull * (places[2 * i]! - places[2 * j]!);
        gy += pull * (places[2 * i + 1]! - places[2 * j + 1]!);
      }
      for (const [k, gradient] of [
        [2 * i, gx],
        [2 * i + 1, gy],
      ] as const) {
        const sameWay = gradient > 0 === velocity[k]! > 0;
        gains[k] = Math.max(0.01, sameWay ? gains[k]! * 0.8 : gains[k]! + 0.2);
        velocity[k] = momentum * velocity[k]! - rate * gains[k]! * gradient;
      }
    }
    for (let k = 0; k < places.length; k++) places[k] = places[k]! + velocity[k]!;
    iteration += 1;
  };
  return {
    places,
    get iteration() {
      return iteration;
    },
    step,
  };
}
