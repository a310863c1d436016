/**
 * Latent perturbation of "Robust Latent Matters" (https://arxiv.org/abs/2503.08354), for pFID: a share of the
 * codes, each replaced by one drawn evenly from its nearest neighbours in the codebook, itself among them.
 */
import { UserError } from "@fqgan/registry";
import { createKey, fold, type HostTensor, hostTensor, uniform } from "@fqgan/tensor";
import { squaredDistance } from "./neighbours.js";
import type { FeatureRows } from "./tiles.js";

/** How many codes are replaced, and by what. */
export interface Perturbation {
  /** α: the chance that a code is replaced. */
  readonly rate: number;
  /** δ: how many neighbours it is drawn from. */
  readonly neighbours: number;
  readonly seed: number;
}

/** δ as a share of the codebook where none is given: 200 of 16,384 codes, at least 2. */
export const defaultNeighbours = (size: number): number => Math.max(2, Math.round(size / 82));

/** Replaces codes by near neighbours of theirs, as pFID does. */
export class CodePerturber {
  readonly #vectors: Readonly<Record<string, FeatureRows>>;
  readonly #options: Perturbation;
  /** Nearest codes of those that were asked for, by codebook. */
  readonly #nearest = new Map<string, Int32Array>();

  /** @param vectors the code vectors [K, D] of each codebook */
  constructor(vectors: Readonly<Record<string, FeatureRows>>, options: Perturbation) {
    for (const [name, { rows }] of Object.entries(vectors))
      if (options.neighbours > rows)
        throw new UserError(
          `pfid: expected at most ${rows} neighbours, the size of codebook "${name}", got ` +
            `${options.neighbours}; set fewer`,
        );
    this.#vectors = vectors;
    this.#options = options;
  }

  /**
   * @param codes int32 [B, N] of each codebook
   * @param first number of the first image: the same image is changed alike in every batch
   */
  perturb(codes: Readonly<Record<string, HostTensor>>, first: number): Record<string, HostTensor> {
    const { rate, neighbours, seed } = this.#options;
    return Object.fromEntries(
      Object.entries(codes).map(([name, { data, shape }]) => {
        const [count = 0, length = 0] = shape;
        const changed = Int32Array.from(data);
        for (let image = 0; image < count; image++) {
          const key = fold(createKey(seed), name, first + image);
          const draws = uniform(key, 2 * length);
          for (let i = 0; i < length; i++) {
            if (draws[2 * i]! >= rate) continue;
            const at = image * length + i;
            const choice = Math.floor(draws[2 * i + 1]! * neighbours);
            changed[at] = this.#neighboursOf(name, changed[at]!)[choice]!;
          }
        }
        return [name, hostTensor(changed, shape)];
      }),
    );
  }

  #neighboursOf(name: string, code: number): Int32Array {
    const known = this.#nearest.get(`${name} ${code}`);
    if (known) return known;
    const vectors = this.#vectors[name]!;
    const distances = Float64Array.from({ length: vectors.rows }, (_, other) =>
      squaredDistance(vectors, code, vectors, other),
    );
    const order = Int32Array.from(distances.keys()).sort((a, b) => distances[a]! - distances[b]!);
    const nearest = order.slice(0, this.#options.neighbours);
    this.#nearest.set(`${name} ${code}`, nearest);
    return nearest;
  }
}
