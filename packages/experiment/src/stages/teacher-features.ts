import { type Augmentation, type Batch, evaluationBatches, type Split } from "@fqgan/data";
import { type Extractor, loadTeacher } from "@fqgan/features";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { TokenizerConfig } from "@fqgan/tokenizer";
import type { StageContext } from "./stage.js";

const BATCH = 64;

/**
 * The features of every teacher that a codebook learns from, for the images of a batch. Images that are
 * always the same are shown to the teacher once, before training; augmented ones whenever they change.
 */
export async function teacherFeatures(options: {
  readonly codebooks: TokenizerConfig["codebooks"];
  readonly split: Split;
  readonly augmentation: Augmentation;
  readonly progress: StageContext<unknown>["progress"];
}): Promise<(batch: Batch) => Promise<Record<string, HostTensor>>> {
  const { codebooks, split, augmentation, progress } = options;
  const wanted = new Map(
    Object.values(codebooks).flatMap(({ representation }) =>
      representation ? [[representation.teacher, representation.features] as const] : [],
    ),
  );
  const changes = augmentation.crop > 1 || augmentation.flip;
  const lookups = await Promise.all(
    [...wanted].map(async ([name, length]) => {
      const teacher = await loadTeacher({ name });
      if (teacher.dimensions !== length)
        throw new UserError(
          `representation.features: teacher ${name} has ${teacher.dimensions} features, got ${length}; ` +
            `set it to ${teacher.dimensions}`,
        );
      const lookup = changes
        ? ({ images }: Batch) => teacher.features(images)
        : await rememberFeatures(teacher, split, progress);
      return [name, lookup] as const;
    }),
  );
  return async (batch) =>
    Object.fromEntries(
      await Promise.all(lookups.map(async ([name, lookup]) => [name, await lookup(batch)])),
    );
}

/** Shows the whole split to the teacher once. */
async function rememberFeatures(
  teacher: Extractor,
  split: Split,
  progress: StageContext<unknown>["progress"],
): Promise<(batch: Batch) => Promise<HostTensor>> {
  const { dimensions } = teacher;
  const all = new Float32Array(split.count * dimensions);
  let done = 0;
  for await (const { images, count } of evaluationBatches(split, BATCH)) {
    const { data } = await teacher.features(images);
    all.set(data.subarray(0, count * dimensions), done * dimensions);
    done += count;
    progress({
      phase: "teacher",
      step: done,
      total: split.count,
      ratePerSecond: null,
      secondsLeft: null,
    });
  }
  teacher.dispose();
  return async ({ indices }) => {
    const rows = new Float32Array(indices.length * dimensions);
    indices.forEach((index, i) => {
      rows.set(all.subarray(index * dimensions, (index + 1) * dimensions), i * dimensions);
    });
    return hostTensor(rows, [indices.length, dimensions]);
  };
}
