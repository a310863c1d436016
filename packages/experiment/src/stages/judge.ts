import { type Extractor, loadExtractor } from "@fqgan/features";
import { metrics } from "@fqgan/metrics";
import type { StrategyConfig } from "@fqgan/registry";

/**
 * The network behind distribution metrics, and the metrics that can be computed: without a network,
 * those that look at pixels and codes alone.
 */
export async function loadJudge(evaluate: {
  readonly extractor: StrategyConfig | null;
  readonly metrics: readonly StrategyConfig[];
}): Promise<{ judge: Extractor | undefined; usable: readonly StrategyConfig[] }> {
  const judge = evaluate.extractor ? await loadExtractor(evaluate.extractor) : undefined;
  const missing: readonly string[] = [
    ...(judge ? [] : ["features"]),
    ...(judge?.classes ? [] : ["logits"]),
  ];
  const usable = evaluate.metrics.filter(
    ({ name }) => !metrics.get(name).needs.some((input) => missing.includes(input)),
  );
  return { judge, usable };
}
