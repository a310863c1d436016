import type { Codes } from "@fqgan/quantizer";
import type { Strategy } from "@fqgan/registry";
import type { Key, nn, Tensor } from "@fqgan/tensor";
import type { BlockConfig } from "../attention.js";
import type { KvCache } from "../kv-cache.js";
import type { Regularisation } from "../regularisation.js";
import type { RotaryTable } from "../rotary.js";

/** Logits of each codebook's sub-code: [M, size]. */
export type Logits = Record<string, Tensor>;

/**
 * Turns the trunk's context of a position into the distribution of its k sub-codes. Positions of all
 * images are folded into M rows: a head never sees other positions.
 */
export interface Head extends nn.Module {
  /**
   * How a position is sampled: the codebooks of a stage are drawn together, each stage after those
   * before it. One stage says that sub-codes are independent given the context.
   */
  readonly stages: readonly (readonly string[])[];
  /**
   * Teacher forcing: logits of all codebooks, each given the true sub-codes of earlier stages.
   * @param context [M, C], not normalised
   * @param codes int32 [M] each
   */
  logits(context: Tensor, codes: Codes, dropout?: Regularisation): Logits;
  /** What the stages of `rows` positions remember of one another; without layers where there are none. */
  createCache(rows: number): KvCache;
  /** Sampling: logits of the codebooks of stage `index`, which come in order. */
  stage(index: number, given: StageInput): Logits;
}

/** What a head knows when it draws the sub-codes of one stage. */
export interface StageInput {
  /** [M, C], not normalised */
  readonly context: Tensor;
  /** int32 [M] for every codebook of earlier stages */
  readonly drawn: Codes;
  /** Of M rows; moved. */
  readonly cache: KvCache;
}

/** What a head is built from. */
export interface HeadSetting {
  /** Shape of the trunk's blocks, for heads that have blocks of the same kind. */
  readonly block: BlockConfig;
  readonly vocabularies: Readonly<Record<string, number>>;
  /** int32 [M] → [M, C], the trunk's embedding of a codebook. */
  readonly embed: (codebook: string, codes: Tensor) => Tensor;
  /** The trunk's rotary table with at least `rows` rows. */
  readonly rotary: (rows: number) => RotaryTable;
  /** Absent when weights are about to be loaded. */
  readonly key: Key | undefined;
}

/** A head that plugs in by name. */
export interface HeadStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options, setting: HeadSetting): Head;
}
