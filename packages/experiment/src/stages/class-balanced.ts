import { classBalancedWeights } from "@fqgan/data";
import {
  type ExtractorIdentity,
  frechetDistance,
  type MetricBatch,
  psnrs,
  weightedGaussian,
  weightedMean,
} from "@fqgan/metrics";
import type { Summary } from "../schema/run-format.js";

/**
 * PSNR and FID with every class weighing the same. Where most images are of one class (60 % of emoji
 * are people), plain numbers mostly tell how good that class is.
 */
export class ClassBalanced {
  readonly #labels: number[] = [];
  readonly #decibels: number[] = [];
  readonly #features = { real: [] as number[], fake: [] as number[] };

  constructor(private readonly classes: number) {}

  add({ images, features }: MetricBatch, labels: ArrayLike<number>): void {
    this.#labels.push(...Array.from(labels));
    this.#decibels.push(...psnrs(images));
    this.#features.real.push(...(features?.real?.data ?? []));
    this.#features.fake.push(...(features?.fake?.data ?? []));
  }

  /** `test/balanced.psnr` and, with a judge, `test/balanced.fid`. */
  async summary(judge: ExtractorIdentity | undefined): Promise<Summary> {
    const weights = classBalancedWeights(this.#labels, this.classes);
    const { real, fake } = this.#features;
    const common = {
      split: "test",
      images: this.#labels.length,
      note: "balanced: every class weighs the same",
    };
    const psnr = { "test/balanced.psnr": weightedMean(this.#decibels, weights) };
    if (!judge) return { metrics: psnr, protocols: { "test/balanced.psnr": common } };
    const { distance } = await frechetDistance(
      weightedGaussian(real, weights),
      weightedGaussian(fake, weights),
    );
    return {
      metrics: { ...psnr, "test/balanced.fid": distance },
      protocols: {
        "test/balanced.psnr": common,
        "test/balanced.fid": { ...common, extractor: judge.name },
      },
    };
  }
}
