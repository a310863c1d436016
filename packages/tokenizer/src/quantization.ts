import {
  type Codes,
  type Composed,
  type Composition,
  createComposition,
  createSingle,
  disentanglementLoss,
  type EstimatorName,
  type QuantizeMode,
  type SeedingOptions,
} from "@fqgan/quantizer";
import { type StrategyConfig, UserError } from "@fqgan/registry";
import {
  fold,
  type HostTensor,
  type Key,
  nn,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
} from "@fqgan/tensor";
import { codebookName } from "./codebook-names.js";
import { type Grid, positionsOf } from "./grid.js";
import { mapRecord } from "./map-record.js";
import { isComposed } from "./quantizer-config.js";

/** What quantizes one factor's latents. */
interface Factor {
  readonly composition: Composition;
  /** Where its variables are, by the names they have in checkpoints. */
  readonly variables: nn.Module;
  /** The tokenizer's name of each of its codebooks. */
  readonly names: Readonly<Record<string, string>>;
}

/** Lengths of one factor's vectors at a position. */
export interface FactorShape {
  /** D of a latent. */
  readonly dimensions: number;
  /** D of what the decoder sees. */
  readonly outputs: number;
}

/**
 * The quantizers of all factors. A factor with one quantizer has one codebook of its own name; one with
 * several composed has one for each: `visualLevel1`, `visualLevel2`, … A continuous one has none.
 */
export class Quantization extends nn.Module {
  /** By factor. */
  readonly codebooks: Readonly<Record<string, nn.Module>>;
  readonly #factors: Readonly<Record<string, Factor>>;
  readonly #grid: Grid;
  readonly #disentanglement: number;

  constructor(options: {
    readonly quantizers: Readonly<Record<string, StrategyConfig>>;
    /** Of the latents. */
    readonly grid: Grid;
    readonly disentanglement: number;
    /** Of factors with one quantizer; composed ones have their own. */
    readonly estimator: EstimatorName;
    readonly key: Key;
  }) {
    super();
    const { quantizers, grid, disentanglement, estimator, key } = options;
    this.#grid = grid;
    this.#disentanglement = disentanglement;
    this.#factors = mapRecord(quantizers, (config, name) =>
      createFactor({ name, config, grid, estimator, key: fold(key, name) }),
    );
    this.codebooks = mapRecord(this.#factors, ({ variables }) => variables);
    const names = Object.values(this.#factors).flatMap((factor) => Object.values(factor.names));
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined)
      throw new UserError(
        `codebooks: expected a name for each, got ${twice} twice; rename the one of that name`,
      );
  }

  /** By factor. */
  get factors(): Readonly<Record<string, FactorShape>> {
    return mapRecord(this.#factors, ({ composition }) => {
      const { dimensions, outputs = dimensions } = Object.values(composition.latents)[0]!;
      return { dimensions, outputs };
    });
  }

  /** Every codebook in decoder channel order: how many codes it has, and on which grid. */
  get codes(): Readonly<Record<string, { readonly size: number; readonly grid: Grid }>> {
    return this.#byCode(({ codebooks, sides }, own) => {
      const side = sides?.[own];
      return {
        size: codebooks[own]!.size,
        grid: side === undefined ? this.#grid : ([side, side] as const),
      };
    });
  }

  /** Factors without codes. */
  get continuous(): string[] {
    const isContinuous = ({ names }: Factor) => Object.keys(names).length === 0;
    return Object.keys(this.#factors).filter((name) => isContinuous(this.#factors[name]!));
  }

  /** Factors whose latents' length means nothing. */
  get directional(): string[] {
    const factors = Object.entries(this.#factors);
    return factors.flatMap(([name, { composition }]) =>
      composition.comparesDirections ? [name] : [],
    );
  }

  /** What the codes of one image take; a continuous latent takes 32 for each number. */
  get bits(): number {
    const codes = Object.values(this.codes).map(
      ({ size, grid }) => positionsOf(grid) * Math.log2(size),
    );
    const numbers = this.continuous.map(
      (name) => positionsOf(this.#grid) * this.factors[name]!.outputs,
    );
    return sum(codes) + 32 * sum(numbers);
  }

  /** latents: [N, D] for each factor → outputs by factor, indices by codebook */
  quantize(latents: Readonly<Record<string, Tensor2D>>, mode: QuantizeMode): Composed {
    const composed = mapRecord(this.#factors, ({ composition }, name) =>
      composition.quantize({ [latentOf(composition)]: latents[name]! }, mode),
    );
    const outputs = mapRecord(composed, (own) => Object.values(own.outputs)[0]!);
    const losses: Record<string, Scalar> = {};
    for (const [factor, own] of Object.entries(composed))
      for (const [loss, value] of Object.entries(own.losses))
        losses[lossName(factor, this.#factors[factor]!.names, loss)] = value;
    if (mode.training && this.#disentanglement > 0 && Object.keys(outputs).length > 1)
      losses.disentanglement = disentanglementLoss(outputs, this.#disentanglement);
    return {
      outputs,
      indices: this.#byCode((_, own, name) => composed[name]!.indices[own]!),
      losses,
    };
  }

  /** [N] int32 for each codebook → [N, D] for each factor, the vectors a decoder sees. */
  lookup(indices: Codes<Tensor1D>): Record<string, Tensor2D> {
    return mapRecord(this.#factors, ({ composition, names }) => {
      const own = mapRecord(names, (name) => indices[name]!);
      return Object.values(composition.lookup(own))[0]!;
    });
  }

  /** Sets every codebook that can be set by k-means on latents, [N, D] for each factor. */
  async seed(
    latents: Readonly<Record<string, HostTensor>>,
    options: SeedingOptions,
  ): Promise<void> {
    for (const [name, { composition }] of Object.entries(this.#factors)) {
      const own = { [latentOf(composition)]: latents[name]! };
      await composition.seed(own, { ...options, key: fold(options.key, name) });
    }
  }

  #byCode<T>(f: (composition: Composition, own: string, factor: string) => T): Record<string, T> {
    return Object.fromEntries(
      Object.entries(this.#factors).flatMap(([factor, { composition, names }]) =>
        Object.entries(names).map(([own, name]) => [name, f(composition, own, factor)] as const),
      ),
    );
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const latentOf = ({ latents }: Composition): string => Object.keys(latents)[0]!;

/** `<codebook>.<loss>`, or `<factor>.<loss>` for one of all its codebooks. */
function lossName(factor: string, names: Readonly<Record<string, string>>, loss: string): string {
  const [own, ...rest] = loss.split(".") as [string, ...string[]];
  return names[own] === undefined ? `${factor}.${loss}` : [names[own], ...rest].join(".");
}

function createFactor(options: {
  name: string;
  config: StrategyConfig;
  grid: Grid;
  estimator: EstimatorName;
  key: Key;
}): Factor {
  const { name, config, grid, estimator, key } = options;
  if (!isComposed(config)) {
    const composition = createSingle({ quantizer: config, estimator, key });
    return { composition, variables: composition.codebooks.code, names: { code: name } };
  }
  const composition = createComposition(config, key);
  const latents = Object.keys(composition.latents);
  if (latents.length !== 1)
    throw new UserError(
      `codebooks.${name}.quantizer: expected a composition of one latent, got ${config.name} with ` +
        `${latents.join(", ")}; make each of them a codebook of the tokenizer`,
    );
  const sides = Object.values(composition.sides ?? {});
  if (sides.length > 0 && grid.some((side) => side !== sides.at(-1)))
    throw new UserError(
      `codebooks.${name}.quantizer: expected scales up to the grid of ${grid.join("×")} positions, ` +
        `got ${sides.join(", ")}; end with its side`,
    );
  const own = Object.keys(composition.codebooks);
  const names = Object.fromEntries(own.map((code) => [code, codebookName(name, code)]));
  return { composition, variables: composition, names };
}
