/** Counts of code indices and what follows from them. */
import { UserError } from "@fqgan/registry";

export class Histogram {
  /** [K] how often each code was used. */
  readonly counts: Float64Array;

  constructor(readonly size: number) {
    this.counts = new Float64Array(size);
  }

  /** @param name of the codebook, for errors */
  add(indices: ArrayLike<number>, name: string): void {
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      if (!(index >= 0 && index < this.size))
        throw new UserError(
          `codebook "${name}": expected indices in [0, ${this.size}), got ${index}; ` +
            "state the size of the codebook that wrote these codes",
        );
      this.counts[index]! += 1;
    }
  }

  merge(counts: ArrayLike<number>): void {
    for (let i = 0; i < this.size; i++) this.counts[i]! += counts[i]!;
  }
}

/** What counts of codes say. */
export interface HistogramSummary {
  /** Number of indices. */
  readonly total: number;
  /** Codes used at least once. */
  readonly used: number;
  /** bits an index carries if coded by its frequency */
  readonly entropyBits: number;
  /** Entropy with the Miller–Madow correction, (used - 1) / 2N nats more: few samples look too orderly. */
  readonly correctedEntropyBits: number;
  /** 2^entropy: the number of equally frequent codes with the same entropy. */
  readonly perplexity: number;
}

/** How many codes are used, and how evenly. @param counts of each code, used or not */
export function summarise(counts: Iterable<number>): HistogramSummary {
  let total = 0;
  let used = 0;
  let weighted = 0; // Σ c ln c
  for (const count of counts) {
    if (count === 0) continue;
    total += count;
    used += 1;
    weighted += count * Math.log(count);
  }
  const entropy = total === 0 ? 0 : Math.max(0, Math.log(total) - weighted / total);
  const corrected = total === 0 ? 0 : entropy + (used - 1) / (2 * total);
  return {
    total,
    used,
    entropyBits: entropy / Math.LN2,
    correctedEntropyBits: corrected / Math.LN2,
    perplexity: Math.exp(entropy),
  };
}
