import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import type { MetricContext, MetricState } from "../metric.js";
import { Histogram } from "./histogram.js";

/** Index counts of each named codebook. */
export class CodeCounts {
  readonly books: Readonly<Record<string, Histogram>>;
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
    for (const [name, book] of Object.entries(this.books)) {
      const indices = codes[name];
      if (!indices)
        throw new UserError(
          `${this.#metric}: expected codes of codebook "${name}", got ${Object.keys(codes).join(", ")}; ` +
            "name the codebooks as the tokenizer does",
        );
      book.add(indices.data, name);
    }
    this.images += Object.values(codes)[0]!.shape[0]!;
  }

  merge(state: MetricState): void {
    this.images += Number(state.images?.data[0] ?? 0);
    for (const [name, book] of Object.entries(this.books)) {
      const counts = state[`counts.${name}`];
      if (counts) book.merge(counts.data as Float64Array);
    }
  }

  state(): MetricState {
    const array = (values: Iterable<number>) => {
      const data = Float64Array.from(values);
      return { shape: [data.length], data };
    };
    return {
      images: array([this.images]),
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
