import type { Matrix } from "../linear-algebra/index.js";
import { neighbourRadii, squaredDistance } from "./neighbours.js";

/**
 * How a point on a ball's surface counts: "closed" (distance ≤ radius: ADM, torch-fidelity) or "open"
 * (<: prdc, dgm-eval). It matters only where features repeat.
 */
export const BALLS = {
  closed: (squared: number, radius: number) => squared <= radius,
  open: (squared: number, radius: number) => squared < radius,
} as const;

export type Ball = keyof typeof BALLS;

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
export function compareManifolds(
  real: Matrix,
  fake: Matrix,
  { k, ball }: { k: number; ball: Ball },
): Manifold {
  const inside = BALLS[ball];
  const realRadii = neighbourRadii(real, k);
  const fakeRadii = neighbourRadii(fake, k);
  const precise = new Uint8Array(fake.rows);
  let recalled = 0;
  let covered = 0;
  let around = 0;
  for (let i = 0; i < real.rows; i++) {
    let isRecalled = false;
    let isCovered = false;
    for (let j = 0; j < fake.rows; j++) {
      const distance = squaredDistance(real, i, fake, j);
      if (inside(distance, realRadii[i]!)) {
        precise[j] = 1;
        isCovered = true;
        around++;
      }
      if (inside(distance, fakeRadii[j]!)) isRecalled = true;
    }
    if (isRecalled) recalled++;
    if (isCovered) covered++;
  }
  return {
    precision: precise.reduce((sum, flag) => sum + flag, 0) / fake.rows,
    recall: recalled / real.rows,
    density: around / (k * fake.rows),
    coverage: covered / real.rows,
  };
}
