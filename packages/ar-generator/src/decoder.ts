import type { Codes } from "@fqgan/quantizer";
import { type Compiled, compile, type HostTensor, hostTensor, type Tensor } from "@fqgan/tensor";
import type { Logits } from "./heads/index.js";
import type { KvCache } from "./kv-cache.js";
import type { Generator } from "./transformer.js";

type Position = { position: HostTensor; labels: HostTensor; previous: Codes<HostTensor> };
type Stage = { context: HostTensor; drawn: Codes<HostTensor> };
type HostLogits = Record<string, HostTensor>;

/**
 * Decodes positions of `rows` sequences in lockstep: one program runs the trunk over one new position
 * and the head's first stage, one more program runs each later stage.
 */
export class Decoder {
  readonly rows: number;
  readonly #caches: KvCache[];
  readonly #first: Compiled<Position, { context: Tensor; logits: Logits }>;
  readonly #later: Compiled<Stage, { logits: Logits }>[];

  constructor(generator: Generator, rows: number) {
    this.rows = rows;
    this.#caches = generator.createCaches(rows);
    const { head } = generator;
    this.#first = compile<Position, { context: Tensor; logits: Logits }>(
      (input) => {
        const context = generator.decode({ ...input, caches: this.#caches });
        return { context, logits: head.stage(0, context, {}) };
      },
      { name: "decoding step" },
    );
    this.#later = head.stages
      .slice(1)
      .map((names, i) =>
        compile<Stage, { logits: Logits }>(
          ({ context, drawn }) => ({ logits: head.stage(i + 1, context, drawn) }),
          { name: `head stage ${names.join(", ")}` },
        ),
      );
  }

  /**
   * Logits [rows, size] of the first stage's codebooks at a position, and its context [rows, C].
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

  /** Logits of stage `index` > 0, given the sub-codes of the stages before it. */
  async later(index: number, context: HostTensor, drawn: Record<string, Int32Array>) {
    const { logits } = await this.#later[index - 1]!({ context, drawn: toHost(drawn) });
    return logits as HostLogits;
  }

  dispose(): void {
    this.#first.dispose();
    for (const stage of this.#later) stage.dispose();
    for (const cache of this.#caches) cache.dispose();
  }
}

function toHost(codes: Record<string, Int32Array>): Codes<HostTensor> {
  return Object.fromEntries(Object.entries(codes).map(([name, data]) => [name, hostTensor(data)]));
}
