import type { Codes } from "@fqgan/quantizer";
import {
  type Compiled,
  compile,
  createKey,
  fold,
  type HostTensor,
  hostTensor,
  type Tensor,
  uniform53,
} from "@fqgan/tensor";
import { type CodeBatch, requireBatch } from "./codes.js";
import type { DecoderOptions } from "./decoder.js";
import type { Logits } from "./heads/index.js";
import type { KvCache } from "./kv-cache.js";
import { negativeLogLikelihood } from "./loss.js";
import { inverseCdf, softmax } from "./sampling/draw.js";
import type { Generator } from "./transformer.js";

type Inputs = { codes: Codes<HostTensor>; labels: HostTensor };
type Stage = { context: HostTensor; drawn: Codes<HostTensor> };
type StageProgram = Compiled<Stage, { logits: Logits }>;

interface Stages {
  readonly rows: number;
  readonly cache: KvCache;
  readonly programs: readonly StageProgram[];
}

/** A value in nats for each position of the grid, by codebook: [N] each. */
export type PositionMaps = Record<string, Float64Array>;

/** A value in nats for each image of a batch, by codebook: [B] each. */
export type ImageLosses = Record<string, Float64Array>;

/** How well a generator knows codes, without dropout. */
export class GeneratorEvaluator {
  readonly #generator: Generator;
  readonly #likelihood: Compiled<Inputs, Record<string, Tensor>>;
  readonly #context: Compiled<Inputs, { context: Tensor }>;
  readonly #options: Pick<DecoderOptions, "weights" | "precision">;
  #stages: Stages | undefined;

  /** @param options with frozen weights of few bits it measures what those lose */
  constructor(generator: Generator, options: Pick<DecoderOptions, "weights" | "precision"> = {}) {
    this.#generator = generator;
    this.#options = options;
    this.#likelihood = compile<Inputs, Record<string, Tensor>>(
      ({ codes, labels }) => {
        const logits = generator.logits(labels, codes);
        return Object.fromEntries(
          Object.entries(logits).map(([name, values]) => [
            name,
            negativeLogLikelihood(values, codes[name]!),
          ]),
        );
      },
      { ...options, name: "generator evaluation" },
    );
    this.#context = compile<Inputs, { context: Tensor }>(
      ({ codes, labels }) => ({ context: generator.contexts(labels, codes) }),
      { ...options, name: "generator contexts" },
    );
  }

  /** Mean negative log-likelihood of a sub-code in nats: `loss`, `loss.<codebook>`. */
  async losses(batch: CodeBatch): Promise<Record<string, number>> {
    const maps = await this.positionLosses(batch);
    const parts = Object.entries(maps).map(([name, map]) => [`loss.${name}`, mean(map)] as const);
    return { loss: mean(parts.map(([, loss]) => loss)), ...Object.fromEntries(parts) };
  }

  /** Mean negative log-likelihood of the sub-codes at each position. */
  async positionLosses(batch: CodeBatch): Promise<PositionMaps> {
    requireBatch(this.#generator.config, batch, "generator evaluation");
    const nats = await this.#likelihood(this.#inputs(batch));
    return mapRecord(nats, ({ data }) => this.#overImages(data));
  }

  /** Mean negative log-likelihood of each image's sub-codes. */
  async imageLosses(batch: CodeBatch): Promise<ImageLosses> {
    requireBatch(this.#generator.config, batch, "generator evaluation");
    const { positions } = this.#generator;
    const nats = await this.#likelihood(this.#inputs(batch));
    return mapRecord(nats, ({ data }) =>
      Float64Array.from({ length: data.length / positions }, (_, image) =>
        mean(data.subarray(image * positions, (image + 1) * positions)),
      ),
    );
  }

  /**
   * What a position's earlier sub-codes tell about each later one beyond the context: the conditional
   * mutual information I(cᵢ; c₁ … cᵢ₋₁ | h) as the model sees it, averaged over a batch. Heads whose
   * sub-codes are independent have none, so where this is large they must fail.
   *
   * log p(cᵢ | h, c₁ … cᵢ₋₁) - log p(cᵢ | h), the marginal being a mean over sub-codes that the model
   * itself draws; a mean of few is too low, so few samples make the result too high.
   *
   * @param samples draws for the marginal
   */
  async subCodeInformation(
    batch: CodeBatch,
    { samples = 32, seed = 0 }: { samples?: number; seed?: number } = {},
  ): Promise<PositionMaps> {
    requireBatch(this.#generator.config, batch, "generator evaluation");
    const { codebooks, head, positions } = this.#generator;
    const inputs = this.#inputs(batch);
    const nats = await this.#likelihood(inputs);
    const { context } = await this.#context(inputs);
    const rows = batch.labels.data.length * positions;
    const stages = this.#stagesOf(rows);
    const marginals = fromNames(codebooks, () => new Float64Array(rows));
    for (let draw = 0; draw < samples; draw++) {
      const drawn: Record<string, HostTensor> = {};
      for (const [index, names] of head.stages.entries()) {
        const { logits } = await stages[index]!({ context, drawn: { ...drawn } });
        for (const name of names) {
          const uniforms = uniform53(fold(createKey(seed), draw, name), rows);
          const { data, shape } = (logits as Record<string, HostTensor>)[name]!;
          const size = shape[1]!;
          const codes = new Int32Array(rows);
          for (let row = 0; row < rows; row++) {
            const values = Float64Array.from(data.subarray(row * size, (row + 1) * size));
            const probabilities = softmax(values);
            marginals[name]![row]! += probabilities[batch.codes[name]!.data[row]!]! / samples;
            codes[row] = inverseCdf(probabilities, uniforms[row]!);
          }
          drawn[name] = hostTensor(codes);
        }
      }
    }
    return mapRecord(nats, ({ data }, name) =>
      this.#overImages(marginals[name]!.map((marginal, row) => -data[row]! - Math.log(marginal))),
    );
  }

  dispose(): void {
    for (const program of [this.#likelihood, this.#context]) program.dispose();
    this.#disposeStages();
  }

  /** The head's stages for that many positions; programs are kept until another number is asked for. */
  #stagesOf(rows: number): readonly StageProgram[] {
    if (this.#stages?.rows !== rows) {
      this.#disposeStages();
      const { head } = this.#generator;
      const cache = head.createCache(rows);
      const state = [...cache.namedVariables().values()];
      const programs = head.stages.map((names, index) =>
        compile<Stage, { logits: Logits }>(
          (given) => ({ logits: head.stage(index, { ...given, cache }) }),
          { ...this.#options, name: `head stage ${names.join(", ")}`, state },
        ),
      );
      this.#stages = { rows, cache, programs };
    }
    return this.#stages!.programs;
  }

  #disposeStages(): void {
    for (const program of this.#stages?.programs ?? []) program.dispose();
    this.#stages?.cache.dispose();
    this.#stages = undefined;
  }

  /** Values of [B, N] → their means over images, [N]. */
  #overImages(values: ArrayLike<number>): Float64Array {
    const { positions } = this.#generator;
    const images = values.length / positions;
    const means = new Float64Array(positions);
    for (let i = 0; i < values.length; i++) means[i % positions]! += values[i]! / images;
    return means;
  }

  #inputs({ codes, labels }: CodeBatch): Inputs {
    return { codes: fromNames(this.#generator.codebooks, (name) => codes[name]!), labels };
  }
}

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

const fromNames = <T>(names: readonly string[], make: (name: string) => T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, make(name)]));

const mapRecord = <A, B>(record: Readonly<Record<string, A>>, f: (value: A, name: string) => B) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
