import { UserError } from "@fqgan/registry";
import type { Codes } from "../quantizer.js";
import { Counts, estimateEntropy } from "../stats/counts.js";
import type { SymptomName } from "./symptoms.js";
import { symptoms } from "./symptoms.js";
import { type Finding, SymptomTracker } from "./tracker.js";

/** What one training step shows of its codebooks. */
export interface HealthSample {
  readonly step: number;
  /** The indices chosen in this step, any shape. */
  readonly codes: Codes<Int32Array>;
  /** The commitment loss of each codebook. */
  readonly commitment?: Readonly<Record<string, number>>;
  /** The mean length of the encoder's latents for each codebook, before normalisation. */
  readonly latentNorm?: Readonly<Record<string, number>>;
}

/** A finding, for the run's events and for people. */
export interface HealthEvent {
  readonly step: number;
  readonly codebook: string;
  readonly symptom: SymptomName;
  /** The figures that show it. */
  readonly evidence: string;
}

/** Which codebooks are watched, and for how long. */
export interface CodebookHealthOptions {
  /** The number of codes of each named codebook. */
  readonly sizes: Readonly<Record<string, number>>;
  /**
   * Steps of the whole run: windows take a fiftieth of it (at most 500 steps), so that a young codebook
   * has time to grow and a sick one is told before a tenth of the run is over. Without it only positions
   * are counted.
   */
  readonly steps?: number;
}

/** A window has so many positions at least, and so many for each code: one batch of images is too few. */
const FEWEST_POSITIONS = 2048;
const WINDOW_POSITIONS_PER_CODE = 16;

/** One codebook's present window. */
interface Watch {
  readonly tracker: SymptomTracker;
  counts: Counts;
  steps: number;
  commitment: number[];
  latentNorm: number[];
  diverged: boolean;
}

/**
 * Watches codebooks while they train. Feed it what every step (or every few) has chosen; it returns
 * findings as they appear, each once until it has gone away. `explainHealth` says what to do.
 */
export class CodebookHealth {
  readonly #watches: Readonly<Record<string, Watch>>;
  readonly #windowSteps: number;

  constructor({ sizes, steps = 0 }: CodebookHealthOptions) {
    this.#windowSteps = Math.min(500, Math.floor(steps / 50));
    this.#watches = Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [
        name,
        { tracker: new SymptomTracker(size), diverged: false, ...emptyWindow(size) },
      ]),
    );
  }

  observe(sample: HealthSample): HealthEvent[] {
    return Object.entries(this.#watches).flatMap(([codebook, watch]) => {
      const indices = sample.codes[codebook];
      if (!indices)
        throw new UserError(
          `CodebookHealth: expected indices of "${codebook}", got ${Object.keys(sample.codes).join(", ")}`,
        );
      const found = this.#watchStep(watch, indices, {
        commitment: sample.commitment?.[codebook],
        latentNorm: sample.latentNorm?.[codebook],
      });
      return found.map((finding) => ({ step: sample.step, codebook, ...finding }));
    });
  }

  #watchStep(
    watch: Watch,
    indices: Int32Array,
    figures: Readonly<Record<"commitment" | "latentNorm", number | undefined>>,
  ): Finding[] {
    const wasDiverged = watch.diverged;
    const bad = Object.values(figures).find((value) => !Number.isFinite(value ?? 0));
    watch.diverged = bad !== undefined;
    if (watch.diverged) return wasDiverged ? [] : [{ symptom: "diverged", evidence: `got ${bad}` }];
    for (const index of indices) watch.counts.add(index);
    for (const name of ["commitment", "latentNorm"] as const)
      if (figures[name] !== undefined) watch[name].push(figures[name]);
    watch.steps += 1;
    const { size } = watch.tracker;
    const positions = Math.max(FEWEST_POSITIONS, WINDOW_POSITIONS_PER_CODE * size);
    const isFull = watch.counts.total >= positions && watch.steps >= this.#windowSteps;
    return isFull ? closeWindow(watch) : [];
  }
}

const emptyWindow = (size: number): Omit<Watch, "tracker" | "diverged"> => ({
  counts: new Counts(size),
  steps: 0,
  commitment: [],
  latentNorm: [],
});

/** Looks at a full window and begins the next. */
function closeWindow(watch: Watch): Finding[] {
  const { tracker, counts, commitment, latentNorm } = watch;
  const { bits, used } = estimateEntropy(counts);
  Object.assign(watch, emptyWindow(tracker.size));
  return tracker.close({
    positions: counts.total,
    perplexity: 2 ** bits,
    used,
    commitment: average(commitment),
    latentNorm: average(latentNorm),
  });
}

const average = (values: readonly number[]) =>
  values.length > 0 ? values.reduce((a, b) => a + b) / values.length : undefined;

/** A finding for people: what was seen, why it happens, what to try and who says so. */
export function explainHealth({ step, codebook, symptom, evidence }: HealthEvent): string {
  const { title, cause, advice } = symptoms[symptom];
  const tries = advice.map(({ try: what, source }) => `  - ${what} (${source})`);
  return [
    `step ${step}, codebook ${codebook}: ${title} (${evidence})`,
    `  likely cause: ${cause}`,
    "  what to try:",
    ...tries,
  ].join("\n");
}
