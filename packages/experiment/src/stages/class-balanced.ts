import { classBalancedWeights, type SplitName } from "@fqgan/data";
import {
  compareManifolds,
  type ExtractorIdentity,
  frechetDistance,
  type MetricBatch,
  psnrs,
  Rows,
  weightedGaussian,
  weightedInceptionScore,
  weightedMean,
} from "@fqgan/metrics";
import type { Summary } from "../schema/run-format.js";

/** Neighbours of precision and recall, as ADM counts them. */
const K = 3;

/**
 * PSNR, FID, precision, recall and inception score with every class weighing the same. Where most images
 * are of one class (60 % of emoji are people), plain numbers mostly tell how good that class is.
 */
export class ClassBalanced {
  readonly #labels: number[] = [];
  readonly #decibels: number[] = [];
  readonly #features = { real: new Rows(), fake: new Rows() };
  readonly #logits = new Rows();

  constructor(
    private readonly classes: number,
    private readonly split: SplitName = "test",
  ) {}

  add({ images, features, logits }: MetricBatch, labels: ArrayLike<number>): void {
    this.#labels.push(...Array.from(labels));
    this.#decibels.push(...psnrs(images));
    if (features?.real) this.#features.real.append(features.real);
    if (features?.fake) this.#features.fake.append(features.fake);
    if (logits?.fake) this.#logits.append(logits.fake);
  }

  /** `test/balanced.psnr` and, with a judge, `test/balanced.fid` and so on. */
  async summary(judge: ExtractorIdentity | undefined): Promise<Summary> {
    const weights = classBalancedWeights(this.#labels, this.classes);
    const measured = {
      psnr: weightedMean(this.#decibels, weights),
      ...(judge && (await this.#judged(weights))),
    };
    const protocol = {
      split: this.split,
      images: this.#labels.length,
      note: "balanced: every class weighs the same",
    };
    const entries = Object.entries(measured).map(
      ([name, value]) => [`${this.split}/balanced.${name}`, value] as const,
    );
    const byJudge = judge && { ...protocol, extractor: judge.name };
    return {
      metrics: Object.fromEntries(entries),
      protocols: Object.fromEntries(
        entries.map(([name], i) => [name, (i > 0 && byJudge) || protocol]),
      ),
    };
  }

  async #judged(weights: Float64Array): Promise<Record<string, number>> {
    const [real, fake] = [this.#features.real.features(), this.#features.fake.features()];
    const { distance } = await frechetDistance(
      weightedGaussian(real.data, weights),
      weightedGaussian(fake.data, weights),
    );
    const both = { real: weights, fake: weights };
    const manifold =
      this.#labels.length > K &&
      (await compareManifolds(real, fake, { k: K, ball: "closed", weights: both }));
    return {
      fid: distance,
      ...(manifold && { precision: manifold.precision, recall: manifold.recall }),
      ...(this.#logits.count > 0 && {
        inceptionScore: weightedInceptionScore(this.#logits.features(), weights),
      }),
    };
  }
}
