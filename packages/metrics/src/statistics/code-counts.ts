import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import type { MetricContext, MetricState } from "../metric.js";
import { Histogram } from "./histogram.js";

/** Index counts of each named codebook and of the tuples that the codebooks write together. */
export class CodeCounts {
  readonly books: Readonly<Record<string, Histogram>>;
  /** Tuples by mixed-radix number; only those seen. */
  readonly tuples = new Map<number, number>();
  images = 0;
  readonly #metric: string;

  constructor(metric: string, { codebooks }: MetricContext) {
    if (!codebooks || Object.keys(codebooks).length === 0)
      throw new UserError(
        `${metric}: expected the sizes of the codebooks, got none; pass { codebooks: { visual: 1024 } }`,
      );
    this.#metric = metric;
    this.books = Object.fromEntries(
      Object.entries(codebooks).map(([name, size]) => [name, new Histogram(size)]),
    );
  }

  /** @param codes [B, N] int32 of every codebook */
  add(codes: Readonly<Record<string, HostTensor>>): void {
    const entries = Object.entries(this.books).map(([name, book]) => {
      const indices = codes[name];
      if (!indices)
        throw new UserError(
          `${this.#metric}: expected codes of codebook "${name}", got ${Object.keys(codes).join(", ")}; ` +
            "name the codebooks as the tokenizer does",
        );
      book.add(indices.data, name);
      return { indices, size: book.size };
    });
    const first = entries[0]!.indices;
    this.images += first.shape[0]!;
    // Codebooks of different lengths have no tuples.
    if (entries.some(({ indices }) => indices.data.length !== first.data.length)) return;
    for (let i = 0; i < first.data.length; i++) {
      const tuple = entries.reduce((code, { indices, size }) => code * size + indices.data[i]!, 0);
      this.tuples.set(tuple, (this.tuples.get(tuple) ?? 0) + 1);
    }
  }

  merge(state: MetricState): void {
    this.images += Number(state.images?.data[0] ?? 0);
    for (const [name, book] of Object.entries(this.books)) {
      const counts = state[`counts.${name}`];
      if (counts) book.merge(counts.data as Float64Array);
    }
    const { tuples, tupleCounts } = state;
    if (!tuples || !tupleCounts) return;
    (tuples.data as Float64Array).forEach((tuple, i) => {
      const count = Number(tupleCounts.data[i]);
      this.tuples.set(tuple, (this.tuples.get(tuple) ?? 0) + count);
    });
  }

  state(): MetricState {
    const array = (values: Iterable<number>) => {
      const data = Float64Array.from(values);
      return { shape: [data.length], data };
    };
    return {
      images: array([this.images]),
      tuples: array(this.tuples.keys()),
      tupleCounts: array(this.tuples.values()),
      ...Object.fromEntries(
        Object.entries(this.books).map(([name, book]) => [`counts.${name}`, array(book.counts)]),
      ),
    };
  }

  /** A UserError before the first code. */
  requireCodes(): void {
    if (this.images === 0)
      throw new UserError(`${this.#metric}: expected codes of at least one image, got none`);
  }
}
