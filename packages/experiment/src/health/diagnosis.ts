import type { Finding, SymptomName } from "@fqgan/quantizer";

/** Where a finding comes from: told while training, read off the recorded curves, or measured now. */
export type FindingSource = "training" | "history" | "measured";

/** Something found about a codebook, when, and from what. */
export interface DiagnosedFinding extends Finding {
  readonly source: FindingSource;
  /** Undefined where no training step belongs to it. */
  readonly step?: number | undefined;
}

/** How a codebook is, and what was found about it. */
export interface CodebookDiagnosis {
  readonly codebook: string;
  readonly size: number;
  /** Its use as it was seen last; undefined where it never was. */
  readonly latest?: {
    readonly on: string;
    readonly step?: number | undefined;
    readonly positions: number;
    readonly used: number;
    readonly perplexity: number;
  };
  readonly findings: readonly DiagnosedFinding[];
}

/** A symptom once, by who found it first. */
export function withoutRepeats(findings: readonly DiagnosedFinding[]): DiagnosedFinding[] {
  const seen = new Set<SymptomName>();
  return findings.filter(({ symptom }) => !seen.has(symptom) && seen.add(symptom));
}
