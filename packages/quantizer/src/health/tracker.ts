import { type Circumstances, type HealthWindow, healthRules } from "./rules.js";
import type { SymptomName } from "./symptoms.js";

/** A symptom and the figures that show it. */
export interface Finding {
  readonly symptom: SymptomName;
  readonly evidence: string;
}

/** Windows in a row that have to show a symptom, and to lack it before it may be told again. */
const PATIENCE = 2;

/** Follows one codebook from window to window. */
export class SymptomTracker {
  readonly size: number;
  readonly #windows: HealthWindow[] = [];
  /** Windows in a row that have shown each symptom, or lacked it. */
  readonly #rows = new Map<SymptomName, { shows: boolean; length: number }>();
  readonly #told = new Set<SymptomName>();

  constructor(size: number) {
    this.size = size;
  }

  /** Findings that have just lasted long enough: each once, until it has gone away. */
  close(now: HealthWindow): Finding[] {
    const present = findIn({ size: this.size, now, before: this.#windows, settled: false });
    this.#windows.push(now);
    for (const symptom of Object.keys(healthRules) as SymptomName[]) {
      const shows = present.some((finding) => finding.symptom === symptom);
      const row = this.#rows.get(symptom);
      const length = row?.shows === shows ? row.length + 1 : 1;
      this.#rows.set(symptom, { shows, length });
      if (!shows && length >= PATIENCE) this.#told.delete(symptom);
    }
    const lasting = present.filter(({ symptom }) => this.#rows.get(symptom)!.length >= PATIENCE);
    const fresh = lasting.filter(({ symptom }) => !this.#told.has(symptom));
    for (const { symptom } of fresh) this.#told.add(symptom);
    return fresh;
  }
}

/** What a finished model's codebook shows over a data set. */
export const diagnoseCodebook = (size: number, window: HealthWindow): Finding[] =>
  findIn({ size, now: window, before: [], settled: true });

function findIn(seen: Circumstances): Finding[] {
  const found = Object.entries(healthRules).flatMap(([symptom, rule]): Finding[] => {
    const evidence = rule(seen);
    return evidence === undefined ? [] : [{ symptom: symptom as SymptomName, evidence }];
  });
  // Idle codes are what a collapse or dying codes leave behind.
  const only = found.filter(({ symptom }) => symptom !== "codes-idle");
  return only.length > 0 ? only : found;
}
