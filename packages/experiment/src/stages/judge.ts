import { type Extracted, type Extractor, loadExtractor } from "@fqgan/features";
import { metrics } from "@fqgan/metrics";
import { type StrategyConfig, UserError } from "@fqgan/registry";
import { hostTensor } from "@fqgan/tensor";

interface Evaluate {
  readonly extractor: StrategyConfig;
  readonly metrics: readonly StrategyConfig[];
  /** The network of pairs. */
  readonly perceptual?: StrategyConfig | undefined;
}

const OUTPUTS = ["features", "logits", "spatial"] as const satisfies (keyof Extracted)[];

/** What a missing output is called. */
const MISSING = {
  features: "gives features",
  logits: "classifies",
  spatial: "gives spatial features",
} as const;

/** Refuses, before anything is trained, metrics that a run has no network or no data for. */
export function requireMeasurable(
  { metrics: configs, perceptual }: Pick<Evaluate, "metrics" | "perceptual">,
  data?: { readonly hasMasks: boolean },
): void {
  const first = (input: "perceptual" | "masks") =>
    configs.find(({ name }) => metrics.get(name).needs.includes(input));
  const ofPairs = first("perceptual");
  if (ofPairs && !perceptual)
    throw new UserError(
      `evaluate.metrics: ${ofPairs.name} needs a network that compares pairs; name one ` +
        "(evaluate.perceptual: { name: builtin-judge }), or leave it out and measure it with " +
        "`fqgan evaluate reconstruction --lpips FILE`",
    );
  const masked = first("masks");
  if (masked && data && !data.hasMasks)
    throw new UserError(
      `evaluate.metrics: ${masked.name} needs images with an outline, which this data set's don't have; ` +
        "leave it out",
    );
}

/** The network that the metrics need; undefined where pixels and codes are enough. */
export async function loadJudge(evaluate: Evaluate): Promise<Extractor | undefined> {
  requireMeasurable(evaluate);
  if (!OUTPUTS.some((output) => needing(evaluate.metrics, output).length > 0)) return undefined;
  const judge = await loadExtractor(evaluate.extractor);
  await checkJudge(judge, { metrics: evaluate.metrics, where: "evaluate.metrics" });
  return judge;
}

/** Refuses metrics that need what a network does not give; the network is gone then. */
export async function checkJudge(
  judge: Extractor,
  wanted: { readonly metrics: readonly StrategyConfig[]; readonly where: string },
): Promise<void> {
  const needed = OUTPUTS.filter((output) => needing(wanted.metrics, output).length > 0);
  // Only its answer to an image says what a network gives beside features.
  const seen = needed.some((output) => output !== "features") && (await judge.extract(greyImage()));
  const missing = needed.find((output) => seen && !seen[output]);
  if (!missing) return;
  judge.dispose();
  throw new UserError(
    `${wanted.where}: ${needing(wanted.metrics, missing)[0]!.name} needs a network that ` +
      `${MISSING[missing]}, "${judge.name}" does not; leave the metric out or take another extractor`,
  );
}

const needing = (configs: readonly StrategyConfig[], output: keyof Extracted) =>
  configs.filter(({ name }) => metrics.get(name).needs.includes(output));

/** [1, 64, 64, 3] */
const greyImage = () => hostTensor(new Float32Array(64 * 64 * 3), [1, 64, 64, 3]);
