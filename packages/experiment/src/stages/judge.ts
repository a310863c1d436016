import { type Extracted, type Extractor, loadExtractor } from "@fqgan/features";
import { metrics } from "@fqgan/metrics";
import { type StrategyConfig, UserError } from "@fqgan/registry";
import { hostTensor } from "@fqgan/tensor";

interface Evaluate {
  readonly extractor: StrategyConfig;
  readonly metrics: readonly StrategyConfig[];
}

const OUTPUTS = ["features", "logits", "spatial"] as const satisfies (keyof Extracted)[];

/** What a missing output is called. */
const MISSING = {
  features: "gives features",
  logits: "classifies",
  spatial: "gives spatial features",
} as const;

/** Refuses, before anything is trained, metrics that a run has no network for. */
export function requireMeasurable({ metrics: configs }: Pick<Evaluate, "metrics">): void {
  const perceptual = configs.find(({ name }) => metrics.get(name).needs.includes("perceptual"));
  if (perceptual)
    throw new UserError(
      `evaluate.metrics: ${perceptual.name} needs a network that compares pairs, which runs don't load; ` +
        "leave it out and measure it with `fqgan evaluate reconstruction --lpips FILE`",
    );
}

/** The network that the metrics need; undefined where pixels and codes are enough. */
export async function loadJudge(evaluate: Evaluate): Promise<Extractor | undefined> {
  requireMeasurable(evaluate);
  const needing = (output: keyof Extracted) =>
    evaluate.metrics.filter(({ name }) => metrics.get(name).needs.includes(output));
  const needed = OUTPUTS.filter((output) => needing(output).length > 0);
  if (needed.length === 0) return undefined;
  const judge = await loadExtractor(evaluate.extractor);
  // Only its answer to an image says what a network gives beside features.
  const seen = needed.some((output) => output !== "features") && (await judge.extract(greyImage()));
  const missing = needed.find((output) => seen && !seen[output]);
  if (missing) {
    judge.dispose();
    throw new UserError(
      `evaluate.metrics: ${needing(missing)[0]!.name} needs a network that ${MISSING[missing]}, extractor ` +
        `"${evaluate.extractor.name}" does not; leave the metric out or take another extractor`,
    );
  }
  return judge;
}

/** [1, 64, 64, 3] */
const greyImage = () => hostTensor(new Float32Array(64 * 64 * 3), [1, 64, 64, 3]);
