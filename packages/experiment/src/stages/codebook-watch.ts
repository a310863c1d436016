import { CodebookHealth, type Codes, type HealthEvent, symptoms } from "@fqgan/quantizer";
import { factorOf } from "@fqgan/tokenizer";
import type { StageContext } from "./stage.js";

/** What events about sick codebooks are called; see also `symptom` in them. */
export const CODEBOOK_HEALTH = "codebook-health";

/** What one training step tells of its codebooks. */
export interface WatchedStep {
  readonly step: number;
  /** As the tokenizer's trainer names them: `loss.<codebook>.commitment`, `latentNorm.<factor>`. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly codes: Codes<Int32Array>;
}

/**
 * Looks at every step of a training and warns when a codebook falls ill: into the run's events, with
 * the likely cause and what to try, and to whoever watches.
 */
export function watchCodebooks(
  { warn }: Pick<StageContext<unknown>, "warn">,
  run: {
    readonly codebooks: Readonly<Record<string, { readonly size: number }>>;
    readonly steps: number;
    /** Factors whose latents may have any length. */
    readonly directional?: readonly string[];
  },
): (seen: WatchedStep) => void {
  const sizes = Object.entries(run.codebooks).map(([name, { size }]) => [name, size] as const);
  const health = new CodebookHealth({ sizes: Object.fromEntries(sizes), steps: run.steps });
  return ({ step, scalars, codes }) => {
    const commitment: Record<string, number> = {};
    const lengths: Record<string, number> = {};
    for (const [name, value] of Object.entries(scalars)) {
      const codebook = /^loss\.(\w+)\.commitment$/.exec(name)?.[1];
      if (codebook) commitment[codebook] = value;
      const factor = /^latentNorm\.(\w+)$/.exec(name)?.[1];
      if (factor) lengths[factor] = value;
    }
    const latentNorm: Record<string, number> = {};
    for (const [codebook] of sizes) {
      const factor = factorOf(codebook, Object.keys(lengths));
      if (factor && !run.directional?.includes(factor)) latentNorm[codebook] = lengths[factor]!;
    }
    for (const event of health.observe({ step, codes, commitment, latentNorm }))
      warn(report(event));
  };
}

/** A finding as the run's events hold it and as one line says it. */
function report(event: HealthEvent): Parameters<StageContext<unknown>["warn"]>[0] {
  const { title, cause, advice } = symptoms[event.symptom];
  const [first] = advice;
  const message =
    `${event.codebook}: ${title} (${event.evidence}); likely cause: ${cause}; ` +
    `try first: ${first!.try} (${first!.source}); fqgan explain says more`;
  return { code: CODEBOOK_HEALTH, message, ...event, cause, advice };
}
