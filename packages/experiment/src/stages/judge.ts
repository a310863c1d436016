import { type Extractor, loadExtractor } from "@fqgan/features";
import { metrics } from "@fqgan/metrics";
import { type StrategyConfig, UserError } from "@fqgan/registry";

/** The network that the metrics need; undefined where pixels and codes are enough. */
export async function loadJudge(evaluate: {
  readonly extractor: StrategyConfig;
  readonly metrics: readonly StrategyConfig[];
}): Promise<Extractor | undefined> {
  const needing = (input: "features" | "logits") =>
    evaluate.metrics.filter(({ name }) => metrics.get(name).needs.includes(input));
  if (needing("features").length + needing("logits").length === 0) return undefined;
  const judge = await loadExtractor(evaluate.extractor);
  const unanswered = judge.classes ? undefined : needing("logits")[0];
  if (unanswered)
    throw new UserError(
      `evaluate.metrics: ${unanswered.name} needs a network that classifies, extractor ` +
        `"${evaluate.extractor.name}" gives features only; leave the metric out or take another extractor`,
    );
  return judge;
}
