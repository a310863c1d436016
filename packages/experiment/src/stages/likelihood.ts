import { join } from "node:path";
import { type Generator, GeneratorEvaluator } from "@fqgan/ar-generator";
import type { GeneratorStageConfig } from "../config/stage-configs.js";
import type { Summary } from "../schema/run-format.js";
import { writeFileAtomic } from "../store/atomic-file.js";
import type { CodesFile } from "./codes-file.js";
import { type HeldOutLoss, heldOutLoss } from "./held-out-loss.js";
import { passOver } from "./pass.js";
import type { StageContext } from "./stage.js";

/**
 * How well a finished generator knows held-out codes, and as many training codes, whose bits are fewer where it
 * has learned images by heart. Means go into the summary, every held-out image's bits into `likelihood.json`.
 */
export async function recordLikelihood(
  context: Pick<StageContext<GeneratorStageConfig>, "config" | "run" | "progress" | "signal">,
  work: { readonly generator: Generator; readonly codes: CodesFile; readonly split: string },
): Promise<Summary & Pick<HeldOutLoss, "forget">> {
  const { config, run } = context;
  const { generator, codes, split } = work;
  const { batchSize } = config.train;
  const heldOut = codes.splits[split]!;
  const train = codes.splits.train!;
  const evaluator = new GeneratorEvaluator(generator);
  const images = heldOut.labels.shape[0]!;
  const folder = join(run.path, "evaluation");
  const held = await heldOutLoss(evaluator, heldOut, {
    batchSize,
    onImages: passOver("likelihood", context),
    keep: { what: [split, images, codes.tokenizerHash], folder },
  });
  const { means } = held;
  const seen = evenly(train.labels.shape[0]!, images);
  const known = await heldOutLoss(evaluator, train, {
    batchSize,
    rows: seen,
    onImages: passOver("likelihood", context),
    keep: { what: ["train", seen, codes.tokenizerHash], folder },
  });
  evaluator.dispose();
  const bitsOfCodebook = (nats: number) => (nats * generator.positions) / Math.LN2;
  // The loss is a mean over codebooks and positions.
  const bitsOf = (loss: number) => bitsOfCodebook(loss) * generator.codebooks.length;
  const bits = Object.entries(held.ofImages).map(([name, nats]) => [
    name,
    [...nats].map(bitsOfCodebook),
  ]);
  writeFileAtomic(
    join(run.path, "likelihood.json"),
    JSON.stringify({ unit: "bits an image", split, codebooks: Object.fromEntries(bits) }),
  );
  const losses = Object.entries(means).map(([name, nats]) => [`${split}/${name}`, nats] as const);
  // Codes of another tokenizer are other data: numbers compare where this is the same.
  const { tokenizerHash: tokenizer } = codes;
  const unit = "nats a sub-code";
  const loss = { split, images, set: `loss on ${split} ${images}`, unit, tokenizer };
  const coded = { split, images, tokenizer };
  return {
    metrics: {
      ...Object.fromEntries(losses),
      [`${split}/bitsPerImage`]: bitsOf(means.loss!),
      "train/bitsPerImage": bitsOf(known.means.loss!),
    },
    protocols: {
      ...Object.fromEntries(losses.map(([name]) => [name, loss])),
      [`${split}/bitsPerImage`]: coded,
      "train/bitsPerImage": { ...coded, split: "train", images: seen.length },
    },
    forget() {
      held.forget();
      known.forget();
    },
  };
}

/** At most `wanted` of `count` rows, evenly spread. */
const evenly = (count: number, wanted: number): number[] => {
  const most = Math.min(count, wanted);
  return Array.from({ length: most }, (_, i) => Math.floor((i * count) / most));
};
