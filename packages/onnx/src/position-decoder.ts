import type { PositionDecoder, RowLogits, SubCodes } from "@fqgan/ar-generator/sampling";
import type { Manifest } from "./manifest.js";
import {
  runSession,
  type SessionLike,
  type TensorConstructor,
  type TensorLike,
  type Tensors,
} from "./session.js";

/** What computes the logits of an exported generator. */
export interface GeneratorSessions {
  readonly generator: SessionLike;
  /** Of each stage after the first. */
  readonly heads: readonly SessionLike[];
}

/** Decodes positions of one batch; its caches go from run to run as the runtime's own tensors. */
export class OnnxPositionDecoder implements PositionDecoder<TensorLike> {
  readonly rows: number;
  readonly #codebooks: readonly string[];
  readonly #sessions: GeneratorSessions;
  readonly #Tensor: TensorConstructor;
  /** Output by input. */
  readonly #next: ReadonlyMap<string, string>;
  #caches: Record<string, TensorLike>;

  constructor(
    { rows, caches, codebooks }: NonNullable<Manifest["generator"]>,
    sessions: GeneratorSessions,
    Tensor: TensorConstructor,
  ) {
    this.rows = rows;
    this.#codebooks = Object.keys(codebooks);
    this.#sessions = sessions;
    this.#Tensor = Tensor;
    this.#next = new Map(caches.map(({ input, output }) => [input, output]));
    this.#caches = Object.fromEntries(
      caches.map(({ input, shape }) => {
        const zeros = new Float32Array(shape.reduce((size, side) => size * side, 1));
        return [input, new Tensor("float32", zeros, shape)];
      }),
    );
  }

  async first(position: number, labels: Int32Array, previous: SubCodes) {
    const { generator } = this.#sessions;
    const made = await this.#run(generator, {
      position: new this.#Tensor("int32", Int32Array.of(position), [1]),
      labels: this.#codes(labels),
      ...this.#subCodes("previous", previous),
    });
    return { context: made.context!, logits: this.#logits(made) };
  }

  async later(index: number, context: TensorLike, drawn: SubCodes) {
    const session = this.#sessions.heads[index - 1]!;
    return this.#logits(await this.#run(session, { context, ...this.#subCodes("drawn", drawn) }));
  }

  dispose(): void {
    for (const cache of Object.values(this.#caches)) cache.dispose?.();
  }

  async #run(session: SessionLike, values: Tensors): Promise<Tensors> {
    const made = await runSession(session, { ...values, ...this.#caches });
    const caches = { ...this.#caches };
    for (const [input, output] of this.#next) {
      const moved = made[output];
      if (!moved) continue;
      caches[input]!.dispose?.();
      caches[input] = moved;
    }
    this.#caches = caches;
    return made;
  }

  #codes(codes: Int32Array): TensorLike {
    return new this.#Tensor("int32", codes, [codes.length]);
  }

  #subCodes(prefix: string, codes: SubCodes): Tensors {
    const known = this.#codebooks.filter((name) => codes[name]);
    return Object.fromEntries(
      known.map((name) => [`${prefix}.${name}`, this.#codes(codes[name]!)]),
    );
  }

  #logits(made: Tensors): Record<string, RowLogits> {
    const given = this.#codebooks.filter((name) => made[`logits.${name}`]);
    return Object.fromEntries(
      given.map((name) => {
        const { data, dims } = made[`logits.${name}`]!;
        return [name, { data: data as Float32Array, shape: dims }];
      }),
    );
  }
}
