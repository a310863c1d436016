import type { CodeBatch } from "@fqgan/ar-generator";
import { type CodesSplit, codesBatch } from "./codes-file.js";

/** Mean negative log-likelihood in nats a sub-code over a whole split: `loss` and `loss.<codebook>`. */
export async function heldOutLoss(
  lossesOf: (batch: CodeBatch) => Promise<Record<string, number>>,
  split: CodesSplit,
  batchSize: number,
): Promise<Record<string, number>> {
  const count = split.labels.shape[0]!;
  const sums: Record<string, number> = {};
  const addBatch = async (rowOf: (i: number) => number, weight: number) => {
    const indices = Array.from({ length: batchSize }, (_, i) => rowOf(i));
    const losses = await lossesOf(codesBatch(split, indices));
    for (const [name, loss] of Object.entries(losses))
      sums[name] = (sums[name] ?? 0) + weight * loss;
  };
  const rest = count % batchSize;
  const full = count - rest;
  for (let start = 0; start < full; start += batchSize) await addBatch((i) => start + i, batchSize);
  if (rest > 0) {
    // Batches have one shape: fill the last with copies of image 0, then take those out again.
    await addBatch((i) => (i < rest ? full + i : 0), batchSize);
    await addBatch(() => 0, rest - batchSize);
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count]));
}
