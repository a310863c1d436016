import type { Extractor } from "@fqgan/features";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";

/**
 * How sure a classifier is that each image shows its class: its log-probability.
 * @param batch.images [B, H, W, 3] in [-1, 1]; those beyond the labels are padding
 * @param batch.names of the labels' classes, which the classifier must know
 */
export async function classScores(
  judge: Extractor,
  batch: {
    readonly images: HostTensor;
    readonly labels: readonly number[];
    readonly names: readonly string[];
  },
): Promise<number[]> {
  const { images, labels, names } = batch;
  const { logits } = await judge.extract(images);
  if (!logits || !judge.classes)
    throw new UserError(
      `rejection sampling: expected a network that classifies, got "${judge.name}", which does not`,
    );
  const known = judge.classes;
  const size = logits.shape[1]!;
  return labels.map((label, row) => {
    const index = known.indexOf(names[label]!);
    if (index < 0)
      throw new UserError(
        `rejection sampling: "${judge.name}" knows no class "${names[label]}"; it knows ${known.join(", ")}`,
      );
    const scores = Array.from(logits.data.subarray(row * size, (row + 1) * size));
    const most = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - most), 0);
    return scores[index]! - most - Math.log(total);
  });
}
