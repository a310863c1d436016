/**
 * Rejection sampling with a classifier (Razavi et al., VQ-VAE-2, arXiv 1906.00446, section 3.5): draw more
 * images of a class than wanted and keep those that a classifier recognises best. The "-re" rows of
 * generation tables.
 */
import type { Codes } from "@fqgan/quantizer";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Sampler } from "./generate.js";
import type { GenerateOptions } from "./sampling/positions.js";

/** What to draw, what to keep of it, and who judges. */
export interface RejectionOptions extends GenerateOptions {
  /** The share of drawn images that is kept, in (0, 1]. */
  readonly acceptance: number;
  /** How sure a classifier is of each image's class; larger is better. */
  readonly score: (
    codes: Codes<HostTensor>,
    classes: readonly number[],
  ) => Promise<ArrayLike<number>> | ArrayLike<number>;
}

/** Codes of the best images of each class, as many as `classes` asks for and in its order. */
export async function generateAccepted(
  sampler: Sampler,
  { acceptance, score, ...options }: RejectionOptions,
): Promise<Codes<HostTensor>> {
  if (!(acceptance > 0 && acceptance <= 1))
    throw new UserError(
      `rejection sampling: acceptance: expected a share above 0 and at most 1, got ${acceptance}`,
    );
  const wanted = new Map<number, number[]>();
  for (const [image, label] of Array.from(options.classes).entries())
    wanted.set(label, [...(wanted.get(label) ?? []), image]);
  const classes = [...wanted].flatMap(([label, images]) =>
    new Array<number>(Math.ceil(images.length / acceptance)).fill(label),
  );
  const codes = await sampler.generate({ ...options, classes });
  const scores = await score(codes, classes);
  /** Which candidate becomes each wanted image. */
  const chosen = new Uint32Array(options.classes.length);
  let start = 0;
  for (const images of wanted.values()) {
    const count = Math.ceil(images.length / acceptance);
    const ranked = Array.from({ length: count }, (_, i) => start + i).sort(
      (a, b) => scores[b]! - scores[a]!,
    );
    for (const [rank, image] of images.entries()) chosen[image] = ranked[rank]!;
    start += count;
  }
  return Object.fromEntries(
    Object.entries(codes).map(([name, { data, shape }]) => {
      const positions = shape[1]!;
      const kept = new Int32Array(chosen.length * positions);
      for (const [image, from] of chosen.entries())
        kept.set(data.subarray(from * positions, (from + 1) * positions), image * positions);
      return [name, hostTensor(kept, [chosen.length, positions])];
    }),
  );
}
