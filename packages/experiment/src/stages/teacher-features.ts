import type { Augmentation, Batch, Split } from "@fqgan/data";
import { type Extractor, loadTeacher, teachers } from "@fqgan/features";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { TokenizerConfig } from "@fqgan/tokenizer";
import * as z from "zod";
import { splitFeatures } from "./feature-cache.js";
import type { StageContext } from "./stage.js";

/** Which network a teacher's name in `codebooks.<name>.representation` stands for. */
export const teachersSchema = z.record(z.string(), teachers.schema);

/** Refuses teachers that are neither registered under their name nor given. */
export function checkTeachers(
  codebooks: TokenizerConfig["codebooks"],
  networks: z.output<typeof teachersSchema> = {},
): void {
  for (const [codebook, { representation }] of Object.entries(codebooks)) {
    const name = representation?.teacher;
    if (name === undefined || networks[name] || teachers.names().includes(name)) continue;
    throw new UserError(
      `codebooks.${codebook}.representation.teacher: expected ${teachers.names().join(", ")} or a ` +
        `network for it in train.teachers, got "${name}"; for instance --set ` +
        `"tokenizer.train.teachers.${name}={name: fqgan-clip, weights: ViT-L-14.pt}"`,
    );
  }
}

/**
 * The features of every teacher that a codebook learns from, for the images of a batch. Images that are
 * always the same are shown to the teacher once, before training; augmented ones whenever they change.
 */
export async function teacherFeatures(options: {
  readonly codebooks: TokenizerConfig["codebooks"];
  /** By the names that codebooks use; a teacher without an entry is the registered one of its name. */
  readonly networks?: z.output<typeof teachersSchema> | undefined;
  readonly split: Split;
  readonly augmentation: Augmentation;
  readonly progress: StageContext<unknown>["progress"];
  /** Where features are kept between runs; null: nowhere. Default: the user's cache folder. */
  readonly cacheFolder?: string | null;
}): Promise<{
  of(batch: Batch): Promise<Record<string, HostTensor>>;
  dispose(): void;
}> {
  const { codebooks, networks = {}, augmentation } = options;
  checkTeachers(codebooks, networks);
  const wanted = new Map(
    Object.values(codebooks).flatMap(({ representation }) =>
      representation ? [[representation.teacher, representation.features] as const] : [],
    ),
  );
  const changes = augmentation.crop > 1 || augmentation.flip;
  const loaded: Extractor[] = [];
  const lookups = new Map<string, (batch: Batch) => Promise<HostTensor>>();
  for (const [name, length] of wanted) {
    const teacher = await loadTeacher(networks[name] ?? { name });
    if (teacher.dimensions !== length)
      throw new UserError(
        `representation.features: teacher ${name} has ${teacher.dimensions} features, got ${length}; ` +
          `set it to ${teacher.dimensions}`,
      );
    if (changes) {
      loaded.push(teacher);
      lookups.set(name, ({ images }) => teacher.features(images));
      continue;
    }
    lookups.set(name, await remembered(teacher, options));
    teacher.dispose();
  }
  return {
    async of(batch) {
      const features: Record<string, HostTensor> = {};
      for (const [name, lookup] of lookups) features[name] = await lookup(batch);
      return features;
    },
    dispose() {
      for (const teacher of loaded) teacher.dispose();
    },
  };
}

/** Features of the whole split, looked up by image. */
async function remembered(
  teacher: Extractor,
  options: Pick<Parameters<typeof teacherFeatures>[0], "split" | "progress" | "cacheFolder">,
): Promise<(batch: Batch) => Promise<HostTensor>> {
  const { split, progress, cacheFolder } = options;
  const { dimensions } = teacher;
  const all = await splitFeatures({
    teacher,
    split,
    ...(cacheFolder !== undefined && { cacheFolder }),
    onProgress: (step, total) =>
      progress({ phase: "teacher", step, total, ratePerSecond: null, secondsLeft: null }),
  });
  return async ({ indices }) => {
    const rows = new Float32Array(indices.length * dimensions);
    indices.forEach((index, i) => {
      rows.set(all.subarray(index * dimensions, (index + 1) * dimensions), i * dimensions);
    });
    return hostTensor(rows, [indices.length, dimensions]);
  };
}
