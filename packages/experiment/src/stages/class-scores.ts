import type { Extractor } from "@fqgan/features";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";

/**
 * How sure a classifier is that each image shows its class: the log of the probability of all the
 * classifier's classes that it is made of.
 * @param batch.images [B, H, W, 3] in [-1, 1]; those beyond the labels are padding
 * @param batch.members the classifier's classes of each label, from `judgeClasses`
 */
export async function classScores(
  judge: Pick<Extractor, "name" | "extract">,
  batch: {
    readonly images: HostTensor;
    readonly labels: readonly number[];
    readonly members: readonly (readonly number[])[];
  },
): Promise<number[]> {
  const { images, labels, members } = batch;
  const { logits } = await judge.extract(images);
  if (!logits)
    throw new UserError(
      `rejection sampling: expected a network that classifies, got "${judge.name}", which does not`,
    );
  const size = logits.shape[1]!;
  return labels.map((label, row) => {
    const scores = Array.from(logits.data.subarray(row * size, (row + 1) * size));
    return logSum(members[label]!.map((index) => scores[index]!)) - logSum(scores);
  });
}

/** log Σ exp(x) */
function logSum(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
