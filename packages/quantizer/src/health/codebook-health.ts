import { UserError } from "@fqgan/registry";
import type { Codes } from "../quantizer.js";
import { Counts, estimateEntropy } from "../stats/counts.js";
import { type SymptomName, symptoms } from "./symptoms.js";

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

/**
 * When a symptom is present. A window is so many positions that an even use of the codebook would show;
 * figures are taken at its end, and a symptom counts when it lasts for `patience` windows.
 */
const RULES = {
  /** Positions a window: this many for each code, but at least so many. */
  positionsPerCode: 4,
  fewestPositions: 512,
  patience: 2,
  /** Collapsed: perplexity below this share of the codes (or below 2), and not growing. */
  collapsedShare: 0.02,
  /** Falling, dying: below this share of the best window so far. */
  fallenShare: 0.5,
  /** Exploding, drifting: this many times the calmest so far, or this many times off the start. */
  explodedFactor: 10,
} as const;

/** One codebook's window and what is remembered of earlier ones. */
interface Watch {
  readonly size: number;
  readonly window: number;
  counts: Counts;
  readonly history: { perplexity: number; used: number }[];
  commitment: number[];
  norm: number[];
  readonly calmest: { commitment: number };
  startNorm: number | undefined;
  /** How many windows in a row show each symptom. */
  readonly present: Map<SymptomName, number>;
}

/**
 * Watches codebooks while they train. Feed it what every step (or every few) has chosen; it returns
 * findings as they appear, each once until it has gone away. `explainHealth` says what to do.
 */
export class CodebookHealth {
  readonly #watches: Readonly<Record<string, Watch>>;

  /** sizes: the number of codes of each named codebook. */
  constructor(sizes: Readonly<Record<string, number>>) {
    this.#watches = Object.fromEntries(
      Object.entries(sizes).map(([name, size]): [string, Watch] => [
        name,
        {
          size,
          window: Math.max(RULES.fewestPositions, RULES.positionsPerCode * size),
          counts: new Counts(size),
          history: [],
          commitment: [],
          norm: [],
          calmest: { commitment: Number.POSITIVE_INFINITY },
          startNorm: undefined,
          present: new Map(),
        },
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
      const figures = {
        commitment: sample.commitment?.[codebook],
        norm: sample.latentNorm?.[codebook],
      };
      const found = watchStep(watch, indices, figures);
      return found.map((finding) => ({ step: sample.step, codebook, ...finding }));
    });
  }
}

interface Finding {
  readonly symptom: SymptomName;
  readonly evidence: string;
}

function watchStep(
  watch: Watch,
  indices: Int32Array,
  { commitment, norm }: { commitment: number | undefined; norm: number | undefined },
): Finding[] {
  const bad = [commitment, norm].find((value) => value !== undefined && !Number.isFinite(value));
  const diverged = present(watch, "diverged", bad !== undefined, 1);
  if (bad !== undefined) return diverged ? [{ symptom: "diverged", evidence: `got ${bad}` }] : [];
  for (const index of indices) watch.counts.add(index);
  if (commitment !== undefined) watch.commitment.push(commitment);
  if (norm !== undefined) watch.norm.push(norm);
  return watch.counts.total >= watch.window ? closeWindow(watch) : [];
}

/** Looks at a full window and begins the next. */
function closeWindow(watch: Watch): Finding[] {
  const { bits, used } = estimateEntropy(watch.counts);
  const now = { perplexity: 2 ** bits, used };
  const candidates = [
    collapsed(watch, now),
    fallen(watch, now, "perplexity-falling", "perplexity"),
    fallen(watch, now, "codes-dying", "used"),
    exploding(watch),
    drifting(watch),
  ];
  watch.history.push(now);
  watch.counts = new Counts(watch.size);
  watch.commitment = [];
  watch.norm = [];
  return candidates.flatMap(({ symptom, holds, evidence }) =>
    present(watch, symptom, holds, RULES.patience) ? [{ symptom, evidence }] : [],
  );
}

/** Whether a symptom has just lasted long enough: true once, until it has gone away. */
function present(watch: Watch, symptom: SymptomName, holds: boolean, patience: number): boolean {
  const lasted = holds ? (watch.present.get(symptom) ?? 0) + 1 : 0;
  watch.present.set(symptom, lasted);
  return lasted === patience;
}

interface Candidate extends Finding {
  readonly holds: boolean;
}

const shown = (value: number) => value.toPrecision(3);

function collapsed(watch: Watch, now: { perplexity: number }): Candidate {
  const limit = Math.max(2, RULES.collapsedShare * watch.size);
  const before = watch.history.at(-1)?.perplexity ?? 0;
  return {
    symptom: "collapsed",
    // A young codebook may be small and growing.
    holds: watch.size > 2 && now.perplexity < limit && now.perplexity < 1.1 * before,
    evidence: `perplexity ${shown(now.perplexity)} of ${watch.size} codes`,
  };
}

function fallen(
  watch: Watch,
  now: { perplexity: number; used: number },
  symptom: SymptomName,
  figure: "perplexity" | "used",
): Candidate {
  const best = Math.max(0, ...watch.history.map((window) => window[figure]));
  return {
    symptom,
    holds: now[figure] < RULES.fallenShare * best,
    evidence: `${figure === "used" ? "codes in use" : figure} ${shown(now[figure])}, once ${shown(best)}`,
  };
}

function exploding(watch: Watch): Candidate {
  const mean = average(watch.commitment);
  const before = watch.calmest.commitment;
  if (mean !== undefined) watch.calmest.commitment = Math.min(before, mean);
  return {
    symptom: "commitment-exploding",
    holds: mean !== undefined && mean > RULES.explodedFactor * before,
    evidence: `commitment loss ${shown(mean ?? 0)}, once ${shown(before)}`,
  };
}

function drifting(watch: Watch): Candidate {
  const mean = average(watch.norm);
  watch.startNorm ??= mean;
  const ratio = mean !== undefined && watch.startNorm ? mean / watch.startNorm : 1;
  return {
    symptom: "latents-drifting",
    holds: ratio > RULES.explodedFactor || ratio < 1 / RULES.explodedFactor,
    evidence: `mean length of latents ${shown(mean ?? 0)}, at the start ${shown(watch.startNorm ?? 0)}`,
  };
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
