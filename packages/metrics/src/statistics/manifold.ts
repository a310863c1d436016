import type { Sides } from "../metric.js";
import { DOUBT, neighbourRadii, squaredDistance } from "./neighbours.js";
import { eachTile, type FeatureRows, squaredLengths } from "./tiles.js";

/**
 * How a point on a ball's surface counts: "closed" (distance ≤ radius: ADM, torch-fidelity) or "open"
 * (<: prdc, dgm-eval). It matters only where features repeat.
 */
export const BALLS = {
  closed: (squared: number, radius: number) => squared <= radius,
  open: (squared: number, radius: number) => squared < radius,
} as const;

export type Ball = keyof typeof BALLS;

/** How two sets of features cover one another. */
export interface Manifold {
  /** Share of fake points inside at least one real ball. */
  readonly precision: number;
  /** Share of real points inside at least one fake ball. */
  readonly recall: number;
  /** Mean number of real balls around a fake point, divided by k. */
  readonly density: number;
  /** Share of real balls that hold a fake point. */
  readonly coverage: number;
}

/**
 * Improved precision and recall (Kynkäänniemi et al., arXiv 1904.06991), density and coverage (Naeem et
 * al., arXiv 2002.09797). The ball of a point reaches to its k-th nearest neighbour in its own set.
 */
export async function compareManifolds(
  real: FeatureRows,
  fake: FeatureRows,
  {
    k,
    ball,
    weights = {},
  }: {
    readonly k: number;
    readonly ball: Ball;
    /** Of each point where they do not count the same; each side sums to 1. */
    readonly weights?: Sides<ArrayLike<number>>;
  },
): Promise<Manifold> {
  const inside = BALLS[ball];
  const radii = { real: await neighbourRadii(real, k), fake: await neighbourRadii(fake, k) };
  const squares = { real: squaredLengths(real), fake: squaredLengths(fake) };
  const precise = new Uint8Array(fake.rows);
  const recalled = new Uint8Array(real.rows);
  const covered = new Uint8Array(real.rows);
  const around = new Float64Array(fake.rows);
  // A set against itself is two sets here: every pair counts, a row with itself too.
  await eachTile(real, { ...fake }, ({ x0, y0, rows, columns, dots }) => {
    for (let i = x0; i < x0 + rows; i++)
      for (let j = y0; j < y0 + columns; j++) {
        const scale = squares.real[i]! + squares.fake[j]!;
        let distance = scale - 2 * dots[(i - x0) * columns + j - y0]!;
        const [realRadius, fakeRadius] = [radii.real[i]!, radii.fake[j]!];
        const doubt = DOUBT * scale;
        if (Math.abs(distance - realRadius) <= doubt || Math.abs(distance - fakeRadius) <= doubt)
          distance = squaredDistance(real, i, fake, j);
        if (inside(distance, realRadius)) {
          precise[j] = 1;
          covered[i] = 1;
          around[j]! += 1;
        }
        if (inside(distance, fakeRadius)) recalled[i] = 1;
      }
  });
  const mean = (values: ArrayLike<number>, of: ArrayLike<number> | undefined) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]! * (of?.[i] ?? 1);
    return of ? sum : sum / values.length;
  };
  return {
    precision: mean(precise, weights.fake),
    recall: mean(recalled, weights.real),
    density: mean(around, weights.fake) / k,
    coverage: mean(covered, weights.real),
  };
}
