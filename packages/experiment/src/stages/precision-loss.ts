import { type Generator, GeneratorEvaluator } from "@fqgan/ar-generator";
import type { PrecisionName } from "@fqgan/tensor";
import type { CodesSplit } from "./codes-file.js";
import { heldOutLoss } from "./held-out-loss.js";

/** How well a generator knows held-out codes with its weights kept in so many bits. */
export interface PrecisionLoss {
  readonly precision: PrecisionName;
  /** Mean negative log-likelihood of a sub-code, nats. */
  readonly loss: number;
  /** e to that: between how many codes it wavers. */
  readonly perplexity: number;
}

/** What fewer bits cost, on a whole split. */
export async function precisionLosses(options: {
  readonly generator: Generator;
  readonly split: CodesSplit;
  readonly batchSize: number;
  readonly precisions: readonly PrecisionName[];
}): Promise<PrecisionLoss[]> {
  const { generator, split, batchSize, precisions } = options;
  const losses: PrecisionLoss[] = [];
  for (const precision of precisions) {
    const evaluator = new GeneratorEvaluator(generator, { weights: "frozen", precision });
    const { means } = await heldOutLoss(evaluator, split, { batchSize });
    evaluator.dispose();
    losses.push({ precision, loss: means.loss!, perplexity: Math.exp(means.loss!) });
  }
  return losses;
}
