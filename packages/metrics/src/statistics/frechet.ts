/**
 * Fréchet distance of two Gaussians (Heusel et al., arXiv 1706.08500):
 * |m₁ - m₂|² + tr S₁ + tr S₂ - 2 tr √(S₁S₂).
 *
 * With factors S = FᵀF the last trace is the nuclear norm of F₁F₂ᵀ: real, without a matrix square
 * root or an epsilon, for any rank, and accurate to machine precision because nothing is squared.
 */
import { UserError } from "@fqgan/registry";
import { nuclearNorm, productTransposed } from "../linear-algebra/index.js";
import type { Gaussian } from "./moments.js";

/** A Fréchet distance and its parts. */
export interface FrechetDistance {
  /** Never negative; rounding below 0 is shown in `raw`. */
  readonly distance: number;
  readonly raw: number;
  readonly meanTerm: number;
  readonly traceReal: number;
  readonly traceFake: number;
  /** tr √(S₁S₂) */
  readonly traceRoot: number;
}

/** ‖m₁ - m₂‖² + tr(S₁ + S₂ - 2√(S₁S₂)) in float64; other dimensions on one side are a UserError. */
export async function frechetDistance(real: Gaussian, fake: Gaussian): Promise<FrechetDistance> {
  if (real.mean.length !== fake.mean.length)
    throw new UserError(
      `fid: expected equal feature dimensions, got ${real.mean.length} (real) and ` +
        `${fake.mean.length} (fake); use one extractor for both`,
    );
  let meanTerm = 0;
  for (let i = 0; i < real.mean.length; i++) meanTerm += (real.mean[i]! - fake.mean[i]!) ** 2;
  const factors = await Promise.all([real.factor(), fake.factor()]);
  const traceRoot = await nuclearNorm(await productTransposed(...factors));
  const raw = meanTerm + real.trace + fake.trace - 2 * traceRoot;
  return {
    distance: Math.max(0, raw),
    raw,
    meanTerm,
    traceReal: real.trace,
    traceFake: fake.trace,
    traceRoot,
  };
}
