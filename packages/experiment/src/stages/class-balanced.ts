import { classBalancedWeights, type SplitName } from "@fqgan/data";
import {
  compareManifolds,
  type ExtractorIdentity,
  frechetDistance,
  type MetricBatch,
  type MetricState,
  type NpyArray,
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

  /** Adds what another one has seen. */
  merge({ labels, decibels, ...rows }: MetricState): void {
    for (const label of labels?.data ?? []) this.#labels.push(Number(label));
    for (const value of decibels?.data ?? []) this.#decibels.push(Number(value));
    for (const [name, own] of this.#rows) {
      const stored = rows[name];
      if (stored) own.append({ shape: stored.shape, data: stored.data as Float32Array });
    }
  }

  state(): MetricState {
    const column = (data: Int32Array | Float64Array): NpyArray => ({ shape: [data.length], data });
    return {
      labels: column(Int32Array.from(this.#labels)),
      decibels: column(Float64Array.from(this.#decibels)),
      ...Object.fromEntries(
        this.#rows.flatMap(([name, rows]) => (rows.count > 0 ? [[name, rows.toArray()]] : [])),
      ),
    };
  }

  get #rows(): readonly (readonly [string, Rows])[] {
    const { real, fake } = this.#features;
    return [
      ["real", real],
      ["fake", fake],
      ["logits", this.#logits],
    ];
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
