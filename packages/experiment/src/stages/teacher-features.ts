import type { Augmentation, Batch, Split } from "@fqgan/data";
import { type Extractor, loadTeacher, teachers } from "@fqgan/features";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { type TokenizerConfig, taughtName } from "@fqgan/tokenizer";
import * as z from "zod";
import { splitFeatures } from "./feature-cache.js";
import type { TeachingNetwork } from "./networks-that-taught.js";
import { passOver } from "./pass.js";
import type { StageContext } from "./stage.js";

/** Which network a teacher's name in `codebooks.<name>.representation` stands for. */
export const teachersSchema = z.record(z.string(), teachers.schema);

type Networks = z.output<typeof teachersSchema>;
type Representation = NonNullable<TokenizerConfig["codebooks"][string]["representation"]>;

/** Refuses teachers that are neither registered under their name nor given. */
export function checkTeachers(
  codebooks: TokenizerConfig["codebooks"],
  networks: Networks = {},
): void {
  for (const [codebook, { representation }] of Object.entries(codebooks)) {
    const name = representation?.teacher;
    if (name === undefined || networks[name] || teachers.names().includes(name)) continue;
    const network = name.startsWith("dinov2")
      ? "{name: fqgan-dinov2, weights: dinov2_vits14_pretrain.pth}"
      : "{name: fqgan-clip, weights: clip-vit-l14-visual.pth}";
    throw new UserError(
      `codebooks.${codebook}.representation.teacher: expected ${teachers.names().join(", ")} or a ` +
        `network for it in train.teachers, got "${name}"; for instance --set ` +
        `"tokenizer.train.teachers.${name}=${network}"`,
    );
  }
}

/** What a codebook learns from a teacher. */
interface Lesson {
  readonly teacher: Extractor;
  /** Of one image: [F], or of its positions [N, F]. */
  readonly shape: readonly number[];
  /** [B, …shape] */
  features(images: HostTensor): Promise<HostTensor>;
}

/**
 * The features of every teacher that a codebook learns from, for the images of a batch, by `taughtName`. Images
 * that are always the same are shown to the teacher once, before training; augmented ones whenever they change.
 */
export async function teacherFeatures(options: {
  readonly codebooks: TokenizerConfig["codebooks"];
  /** [rows, columns] of the tokenizer, for features of positions. */
  readonly grid: readonly [number, number];
  /** By the names that codebooks use; a teacher without an entry is the registered one of its name. */
  readonly networks?: Networks | undefined;
  readonly split: Split;
  readonly augmentation: Augmentation;
  readonly context: Pick<StageContext<unknown>, "progress" | "signal">;
  /** Where features are kept between runs; null: nowhere. Default: the user's cache folder. */
  readonly cacheFolder?: string | null;
}): Promise<{
  of(batch: Batch): Promise<Record<string, HostTensor>>;
  /** Which networks the teachers are. */
  readonly identities: readonly TeachingNetwork[];
  dispose(): void;
}> {
  const { codebooks, networks = {}, augmentation, grid, split } = options;
  checkTeachers(codebooks, networks);
  const wanted = new Map(
    Object.values(codebooks).flatMap(({ representation }) =>
      representation ? [[taughtName(representation), representation] as const] : [],
    ),
  );
  const changes = augmentation.crop > 1 || augmentation.flip;
  const loaded: Extractor[] = [];
  const identities: TeachingNetwork[] = [];
  const lookups = new Map<string, (batch: Batch) => Promise<HostTensor>>();
  for (const [name, representation] of wanted) {
    const teacher = await loadTeacher(
      networks[representation.teacher] ?? { name: representation.teacher },
    );
    const lesson = lessonOf(teacher, { representation, grid });
    identities.push({ name: teacher.name, hash: teacher.hash });
    if (changes || split.count * sizeOf(lesson) > MOST_REMEMBERED) {
      loaded.push(teacher);
      lookups.set(name, ({ images }) => lesson.features(images));
      continue;
    }
    lookups.set(name, await remembered(lesson, options));
    teacher.dispose();
  }
  return {
    identities,
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

/** Numbers: a gigabyte of them. Features of positions are many, and of more the teacher is asked every time. */
const MOST_REMEMBERED = 2 ** 28;

const sizeOf = ({ shape }: Lesson) => shape.reduce((product, side) => product * side, 1);

/** Refuses features of another length, and of other positions than the tokenizer's. */
function lessonOf(
  teacher: Extractor,
  { representation, grid }: { representation: Representation; grid: readonly [number, number] },
): Lesson {
  const { teacher: name, features: length, of = "image" } = representation;
  const refuse = (problem: string): never => {
    teacher.dispose();
    throw new UserError(problem);
  };
  const checked = (dimensions: number) =>
    dimensions === length
      ? dimensions
      : refuse(
          `representation.features: teacher ${name} has ${dimensions} features, got ${length}; ` +
            `set it to ${dimensions}`,
        );
  if (of === "image")
    return { teacher, shape: [checked(teacher.dimensions)], features: teacher.features };
  const { positions } = teacher;
  if (!positions)
    return refuse(
      `representation.of: teacher ${name} (${teacher.name}) has no features of positions; take builtin, clip or ` +
        "dinov2, or leave it out for features of the whole image",
    );
  if (positions.grid.join() !== grid.join())
    return refuse(
      `representation.of: expected features at ${grid.join("×")} positions, the tokenizer's, got ` +
        `${positions.grid.join("×")} of teacher ${name}; change the tokenizer's patches or image size, or the teacher`,
    );
  const count = grid[0] * grid[1];
  return {
    teacher,
    shape: [count, checked(positions.dimensions)],
    features: positions.features,
  };
}

/** Features of the whole split, looked up by image. */
async function remembered(
  lesson: Lesson,
  options: Pick<Parameters<typeof teacherFeatures>[0], "split" | "context" | "cacheFolder">,
): Promise<(batch: Batch) => Promise<HostTensor>> {
  const { split, context, cacheFolder } = options;
  const { teacher, shape, features } = lesson;
  const size = sizeOf(lesson);
  const kind = shape.length === 1 ? "" : " positions";
  const all = await splitFeatures({
    teacher: { ...teacher, name: `${teacher.name}${kind}`, dimensions: size, features },
    split,
    ...(cacheFolder !== undefined && { cacheFolder }),
    onProgress: passOver("teacher", context),
  });
  return async ({ indices }) => {
    const rows = new Float32Array(indices.length * size);
    indices.forEach((index, i) => {
      rows.set(all.subarray(index * size, (index + 1) * size), i * size);
    });
    return hostTensor(rows, [indices.length, ...shape]);
  };
}
