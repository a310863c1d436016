import {
  diagnoseCodebook,
  type HealthWindow,
  type SymptomName,
  SymptomTracker,
  symptoms,
} from "@fqgan/quantizer";
import { factorOf } from "@fqgan/tokenizer";
import type { MetricsRow, UsageRow } from "../schema/run-format.js";
import { CODEBOOK_HEALTH } from "../stages/codebook-watch.js";
import { readEvents, readMetrics, readUsage } from "../store/read-run.js";
import { type CodebookDiagnosis, type DiagnosedFinding, withoutRepeats } from "./diagnosis.js";

/**
 * What a tokenizer run's folder says about its codebooks: what was told while it trained, what its
 * recorded use and losses show, and how the codebooks are at the end.
 */
export function diagnoseRun(folder: string): CodebookDiagnosis[] {
  const usage = readUsage(folder);
  const metrics = readMetrics(folder);
  const told = toldFindings(folder);
  const names = [...new Set([...usage.map(({ codebook }) => codebook), ...told.keys()])];
  return names.map((codebook): CodebookDiagnosis => {
    const rows = usage.filter((row) => row.codebook === codebook);
    const last = rows.at(-1);
    const findings = [...(told.get(codebook) ?? []), ...historyOf(codebook, rows, metrics)];
    if (!last) return { codebook, size: 0, findings: withoutRepeats(findings) };
    const now = useOf(last);
    const measured = diagnoseCodebook(last.counts.length, now).map((finding) => ({
      ...finding,
      source: "measured" as const,
      step: last.step,
    }));
    return {
      codebook,
      size: last.counts.length,
      latest: { on: last.split, step: last.step, ...now },
      findings: withoutRepeats([...findings, ...measured]),
    };
  });
}

/** Warnings that the training wrote, by codebook. */
function toldFindings(folder: string): Map<string, DiagnosedFinding[]> {
  const told = new Map<string, DiagnosedFinding[]>();
  for (const event of readEvents(folder)) {
    const { codebook, symptom, evidence } = event as { [detail: string]: unknown };
    if (event.code !== CODEBOOK_HEALTH || !isSymptom(symptom)) continue;
    const name = String(codebook);
    const finding = { symptom, evidence: String(evidence), step: event.step };
    told.set(name, [...(told.get(name) ?? []), { ...finding, source: "training" }]);
  }
  return told;
}

/** A run of another version may know symptoms that this one does not. */
const isSymptom = (name: unknown): name is SymptomName => String(name) in symptoms;

/** What the mean lengths of latents are called in metrics, each with its factor. */
const LENGTHS = "train/latentNorm.";

/** The same rules over the validations of a run, with the losses logged between them. */
function historyOf(
  codebook: string,
  rows: readonly UsageRow[],
  metrics: readonly MetricsRow[],
): DiagnosedFinding[] {
  const validations = rows.filter(({ split }) => split === "validation");
  const [first] = validations;
  if (!first) return [];
  const tracker = new SymptomTracker(first.counts.length);
  const names = new Set(metrics.flatMap((row) => Object.keys(row)));
  const lengths = [...names].filter((name) => name.startsWith(LENGTHS));
  const factors = lengths.map((name) => name.slice(LENGTHS.length));
  const factor = factorOf(codebook, factors);
  let from = -1;
  return validations.flatMap((row) => {
    const between = metrics.filter(({ step }) => step > from && step <= row.step);
    from = row.step;
    const found = tracker.close({
      ...useOf(row),
      commitment: meanOf(between, `train/loss.${codebook}.commitment`),
      latentNorm: factor === undefined ? undefined : meanOf(between, `${LENGTHS}${factor}`),
    });
    return found.map((finding) => ({ ...finding, step: row.step, source: "history" as const }));
  });
}

function meanOf(rows: readonly MetricsRow[], name: string): number | undefined {
  const values = rows.flatMap((row) => row[name] ?? []);
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Use of a codebook from its counts. */
export function useOf({ counts }: Pick<UsageRow, "counts">): HealthWindow {
  const positions = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.filter((count) => count > 0).map((count) => count / positions);
  const nats = shares.reduce((sum, share) => sum - share * Math.log(share), 0);
  return { positions, used: shares.length, perplexity: positions > 0 ? Math.exp(nats) : 0 };
}
