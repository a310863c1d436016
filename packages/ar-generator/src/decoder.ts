import type { Codes } from "@fqgan/quantizer";
import { type Compiled, compile, type HostTensor, hostTensor, type Tensor } from "@fqgan/tensor";
import type { Logits } from "./heads/index.js";
import type { KeysAndValues, KvCache } from "./kv-cache.js";
import type { Generator } from "./transformer.js";

type Layers<T> = Readonly<Record<string, KeysAndValues<T>>>;
type Position = {
  position: HostTensor;
  labels: HostTensor;
  previous: Codes<HostTensor>;
  cache: Layers<HostTensor>;
};
type Step = { context: Tensor; logits: Logits; added: Layers<Tensor> };
type Stage = { context: HostTensor; drawn: Codes<HostTensor> };
type HostLogits = Record<string, HostTensor>;

export interface DecoderOptions {
  /**
   * `live` (default): every draw uses the generator's weights of that moment, as when it is being trained.
   * `frozen`: those of the first draw, which is faster and holds the weights a second time.
   */
  readonly weights?: "live" | "frozen";
}

/**
 * Decodes positions of `rows` sequences in lockstep: one program runs the trunk over one new position
 * and the head's first stage, one more program runs each later stage.
 */
export class Decoder {
  readonly rows: number;
  readonly #cache: KvCache;
  readonly #first: Compiled<Position, Step>;
  readonly #later: Compiled<Stage, { logits: Logits }>[];

  constructor(generator: Generator, rows: number, { weights = "live" }: DecoderOptions = {}) {
    this.rows = rows;
    this.#cache = generator.createCache(rows);
    const { head } = generator;
    this.#first = compile<Position, Step>(
      (input) => {
        const { context, added } = generator.decode(input);
        return { context, added, logits: head.stage(0, context, {}) };
      },
      { name: "decoding step", weights },
    );
    this.#later = head.stages
      .slice(1)
      .map((names, i) =>
        compile<Stage, { logits: Logits }>(
          ({ context, drawn }) => ({ logits: head.stage(i + 1, context, drawn) }),
          { name: `head stage ${names.join(", ")}`, weights },
        ),
      );
  }

  /**
   * Logits [rows, size] of the first stage's codebooks at a position, and its context [rows, C].
   * Positions come one after another from 0.
   * @param previous the sub-codes of the position before; not read at position 0
   */
  async first(position: number, labels: Int32Array, previous: Record<string, Int32Array>) {
    const { context, logits, added } = await this.#first({
      position: hostTensor(Int32Array.of(position)),
      labels: hostTensor(labels),
      previous: toHost(previous),
      cache: this.#cache.layers,
    });
    this.#cache.write(position, added);
    return { context, logits: logits as HostLogits };
  }

  /** Logits of stage `index` > 0, given the sub-codes of the stages before it. */
  async later(index: number, context: HostTensor, drawn: Record<string, Int32Array>) {
    const { logits } = await this.#later[index - 1]!({ context, drawn: toHost(drawn) });
    return logits as HostLogits;
  }

  dispose(): void {
    this.#first.dispose();
    for (const stage of this.#later) stage.dispose();
  }
}

function toHost(codes: Record<string, Int32Array>): Codes<HostTensor> {
  return Object.fromEntries(Object.entries(codes).map(([name, data]) => [name, hostTensor(data)]));
}
