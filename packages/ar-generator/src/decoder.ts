import type { Codes } from "@fqgan/quantizer";
import {
  type Compiled,
  type CompileReport,
  compile,
  type HostTensor,
  hostTensor,
  type PrecisionName,
  type Tensor,
} from "@fqgan/tensor";
import { decodingPrograms } from "./decoding-programs.js";
import type { Logits } from "./heads/index.js";
import type { KvCache } from "./kv-cache.js";
import type { Generator } from "./transformer.js";

type Position = { position: HostTensor; labels: HostTensor; previous: Codes<HostTensor> };
type Step = { context: Tensor; logits: Logits };
type Stage = { context: HostTensor; drawn: Codes<HostTensor> };
type HostLogits = Record<string, HostTensor>;

/** How a generator's weights are used while sampling. */
export interface DecoderOptions {
  /**
   * `live` (default): every draw uses the generator's weights of that moment, as when it is being trained.
   * `frozen`: those of the first draw, which is faster and holds the weights a second time.
   */
  readonly weights?: "live" | "frozen";
  /**
   * How frozen weights are kept: `int8` and `int4` are faster, take less memory and lose some quality, which
   * `GeneratorEvaluator` measures. `float32` by default.
   */
  readonly precision?: PrecisionName;
  /** Called after each program was compiled. */
  readonly onCompiled?: (report: CompileReport) => void;
  /** Path prefix for ONNX Runtime's profiles, written on `dispose`. */
  readonly profile?: string;
}

/**
 * Decodes positions of `rows` sequences in lockstep: one program runs the trunk over one new position
 * and the head's first stage, one more program runs each later stage.
 */
export class Decoder {
  readonly rows: number;
  readonly #caches: readonly KvCache[];
  readonly #first: Compiled<Position, Step>;
  readonly #later: Compiled<Stage, { logits: Logits }>[];

  constructor(generator: Generator, rows: number, options: DecoderOptions = {}) {
    this.rows = rows;
    const { caches, first, later } = decodingPrograms(generator, rows);
    this.#caches = Object.values(caches);
    const state = this.#caches.flatMap((one) => [...one.namedVariables().values()]);
    this.#first = compile<Position, Step>(first, { ...options, name: "decoding step", state });
    this.#later = later.map((stage, i) => {
      const name = `head stage ${generator.head.stages[i + 1]!.join(", ")}`;
      return compile<Stage, { logits: Logits }>(stage, { ...options, name, state });
    });
  }

  /**
   * Logits [rows, size] of the first stage's codebooks at a position, and its context [rows, C].
   * Positions come one after another from 0.
   * @param previous the sub-codes of the position before; not read at position 0
   */
  async first(position: number, labels: Int32Array, previous: Record<string, Int32Array>) {
    const { context, logits } = await this.#first({
      position: hostTensor(Int32Array.of(position)),
      labels: hostTensor(labels),
      previous: toHost(previous),
    });
    return { context, logits: logits as HostLogits };
  }

  /** Logits of stage `index` > 0, given the sub-codes of the stages before it; stages come in order. */
  async later(index: number, context: HostTensor, drawn: Record<string, Int32Array>) {
    const { logits } = await this.#later[index - 1]!({ context, drawn: toHost(drawn) });
    return logits as HostLogits;
  }

  dispose(): void {
    for (const program of [this.#first, ...this.#later]) program.dispose();
    for (const cache of this.#caches) cache.dispose();
  }
}

function toHost(codes: Record<string, Int32Array>): Codes<HostTensor> {
  return Object.fromEntries(Object.entries(codes).map(([name, data]) => [name, hostTensor(data)]));
}
