import { createLoader, type Split } from "@fqgan/data";
import { loadTeacher } from "@fqgan/features";
import { createKey } from "@fqgan/tensor";
import { parseTokenizerConfig } from "@fqgan/tokenizer";
import { expect, it } from "vitest";
import { checkTeachers, teacherFeatures } from "./teacher-features.js";

const split: Split = {
  name: "train",
  count: 5,
  size: 8,
  labels: new Int32Array(5),
  ids: Array.from({ length: 5 }, (_, i) => `${i}`),
  attributes: {},
  images: async (indices, views) =>
    Uint8Array.from(
      Array.from(indices).flatMap((i) =>
        Array.from({ length: 8 * 8 * 3 }, (_, at) => (i * 50 + at + (views ? 1 : 0)) % 256),
      ),
    ),
};
const codebooks = (teacher: string, features = 64, of: "image" | "positions" = "image") =>
  parseTokenizerConfig({
    codebooks: {
      semantic: {
        quantizer: { name: "vq", size: 16 },
        representation: { teacher, features, of },
      },
    },
  }).codebooks;
const of = (
  teacher: string,
  options: {
    features?: number;
    flip?: boolean;
    networks?: object;
    of?: "positions";
    grid?: [number, number];
  } = {},
) =>
  teacherFeatures({
    codebooks: codebooks(teacher, options.features, options.of),
    grid: options.grid ?? [8, 8],
    networks: options.networks as never,
    split,
    augmentation: { crop: 1, flip: options.flip ?? false } as never,
    context: { progress: () => {}, signal: new AbortController().signal },
    cacheFolder: null,
  });

it("gives what the network that a name stands for says of a batch, looked up or asked anew", async () => {
  const loader = createLoader(split, { batchSize: 3, key: createKey(1) });
  const batch = await loader.batch(0);
  const teacher = await loadTeacher();
  const expected = await teacher.features(batch.images);
  const networks = { "clip-vit-l14": { name: "builtin" } };
  for (const flip of [false, true]) {
    const features = await of("clip-vit-l14", { networks, flip });
    const actual = (await features.of(batch))["clip-vit-l14"]!;
    expect(actual.shape).toEqual([3, 64]);
    for (const [i, value] of expected.data.entries()) expect(actual.data[i]).toBeCloseTo(value, 5);
    features.dispose();
  }
  teacher.dispose();
});

it("gives features of each position, of teachers with the tokenizer's grid", async () => {
  const loader = createLoader(split, { batchSize: 3, key: createKey(1) });
  const batch = await loader.batch(0);
  const teacher = await loadTeacher();
  const expected = await teacher.positions!.features(batch.images);
  for (const flip of [false, true]) {
    const features = await of("builtin", { of: "positions", flip });
    const actual = (await features.of(batch))["builtin.positions"]!;
    expect(actual.shape).toEqual([3, 64, 64]);
    for (const [i, value] of expected.data.entries()) expect(actual.data[i]).toBeCloseTo(value, 5);
    features.dispose();
  }
  teacher.dispose();
  await expect(of("builtin", { of: "positions", grid: [4, 4] })).rejects.toThrow(
    "expected features at 4×4 positions, the tokenizer's, got 8×8 of teacher builtin",
  );
});

it("names a teacher that nothing stands for, and features of another length", async () => {
  expect(() => checkTeachers(codebooks("clip-vit-l14"))).toThrow(
    /codebooks.semantic.representation.teacher: expected builtin, .*train.teachers.clip-vit-l14=/,
  );
  expect(() => checkTeachers(codebooks("builtin"))).not.toThrow();
  await expect(of("builtin", { features: 32 })).rejects.toThrow("has 64 features, got 32");
});
