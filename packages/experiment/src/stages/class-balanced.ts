import { classBalancedWeights, type SplitName } from "@fqgan/data";
import {
  compareManifolds,
  type ExtractorIdentity,
  frechetDistance,
  type MetricBatch,
  psnrs,
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
  readonly #features = { real: [] as number[], fake: [] as number[] };
  readonly #logits: number[] = [];

  constructor(
    private readonly classes: number,
    private readonly split: SplitName = "test",
  ) {}

  add({ images, features, logits }: MetricBatch, labels: ArrayLike<number>): void {
    append(this.#labels, labels);
    append(this.#decibels, psnrs(images));
    append(this.#features.real, features?.real?.data ?? []);
    append(this.#features.fake, features?.fake?.data ?? []);
    append(this.#logits, logits?.fake?.data ?? []);
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
    const count = this.#labels.length;
    const rows = (values: readonly number[]) => ({
      rows: count,
      columns: values.length / count,
      data: Float32Array.from(values),
    });
    const [real, fake] = [rows(this.#features.real), rows(this.#features.fake)];
    const { distance } = await frechetDistance(
      weightedGaussian(real.data, weights),
      weightedGaussian(fake.data, weights),
    );
    const both = { real: weights, fake: weights };
    const manifold =
      count > K && (await compareManifolds(real, fake, { k: K, ball: "closed", weights: both }));
    return {
      fid: distance,
      ...(manifold && { precision: manifold.precision, recall: manifold.recall }),
      ...(this.#logits.length > 0 && {
        inceptionScore: weightedInceptionScore(rows(this.#logits), weights),
      }),
    };
  }
}

/** One by one: a batch of features is more than a call takes arguments. */
function append(into: number[], values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) into.push(values[i]!);
}
