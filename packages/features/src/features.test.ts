import { readdirSync, statSync } from "node:fs";
import { createKey, fold, hostTensor, uniform } from "@fqgan/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { extractors, loadExtractor, loadTeacher, teachers } from "./extractors.js";

const judge = await loadExtractor();
const teacher = await loadTeacher();
afterAll(() => {
  judge.dispose();
  teacher.dispose();
});

const images = (count: number, size: number) =>
  hostTensor(
    uniform(fold(createKey(5), size), count * size * size * 3).map((u) => 2 * u - 1),
    [count, size, size, 3],
  );

describe.each([
  ["judge", judge],
  ["teacher", teacher],
] as const)("the built-in %s", (_name, network) => {
  it("gives one row of features an image, at 64 and at 32 pixels", async () => {
    for (const size of [64, 32]) {
      const { shape, data } = await network.features(images(3, size));
      expect(shape).toEqual([3, network.dimensions]);
      expect(data.every(Number.isFinite)).toBe(true);
    }
  });
  it("does not depend on the batch that an image is in", async () => {
    const all = images(18, 64);
    const together = await network.features(all);
    const alone = await network.features({
      ...all,
      shape: [1, 64, 64, 3],
      data: all.data.subarray(17 * 64 * 64 * 3),
    });
    const row = together.data.subarray(17 * network.dimensions);
    alone.data.forEach((value, i) => {
      expect(value).toBeCloseTo(row[i]!, 5);
    });
  });
  it("sees 8 bits: values between two levels make no difference", async () => {
    const exact = images(1, 64);
    const levels = (exact.data as Float32Array).map((x) => Math.round((x + 1) * 127.5) / 127.5 - 1);
    const rounded = await network.features(hostTensor(levels, exact.shape));
    const nearby = await network.features(
      hostTensor(
        levels.map((x) => x + 0.001),
        exact.shape,
      ),
    );
    expect(nearby.data).toEqual(rounded.data);
  });
  it("refuses what is not a batch of square images", async () => {
    const wide = hostTensor(new Float32Array(2 * 4 * 3), [1, 2, 4, 3]);
    await expect(network.features(wide)).rejects.toThrow(
      /expected square images \[B, S, S, 3\] float32 in \[-1, 1\], got \[1,2,4,3\]/,
    );
  });
});

describe("the weights", () => {
  it("are frozen: these hashes are those of the model cards", () => {
    expect([judge.name, judge.hash]).toEqual(["builtin-64-v1", "648488c786c4fe14"]);
    expect([teacher.name, teacher.hash]).toEqual(["builtin-teacher-v1", "2800ccbbefe66284"]);
  });
  it("are at most 2 MB each", () => {
    const folder = new URL("../weights/", import.meta.url);
    for (const file of readdirSync(folder))
      expect(statSync(new URL(file, folder)).size).toBeLessThan(2_000_000);
  });
  it("teacher: features of 8 × 8 parts, whose mean is that of the image", async () => {
    const some = images(3, 64);
    const { grid, dimensions, features } = teacher.positions!;
    expect([grid, dimensions]).toEqual([[8, 8], 64]);
    const parts = await features(some);
    expect(parts.shape).toEqual([3, 64, 64]);
    const whole = await teacher.features(some);
    for (const [i, value] of whole.data.entries()) {
      const [image, feature] = [Math.floor(i / 64), i % 64];
      const own = Array.from(
        { length: 64 },
        (_, p) => parts.data[(64 * image + p) * 64 + feature]!,
      );
      expect(own.reduce((sum, part) => sum + part, 0) / 64).toBeCloseTo(value, 4);
    }
    expect(judge.positions).toBeUndefined();
  });
  it("judge: logits over named classes; teacher: none", async () => {
    const { logits } = await judge.extract(images(2, 64));
    expect(logits!.shape).toEqual([2, judge.classes!.length]);
    expect(judge.classes).toContain("face-smiling");
    expect((await teacher.extract(images(2, 64))).logits).toBeUndefined();
  });
});

describe("the registries", () => {
  it("keep judges and teachers apart", () => {
    expect(extractors.names()).toContain("builtin");
    expect(teachers.get("builtin").summary).toContain("builtin-teacher");
    expect(teachers.names()).not.toContain("inception");
    expect(extractors.get("builtin").summary).toContain("not comparable with ImageNet");
  });
  it("suggest the nearest name", () => {
    expect(() => loadExtractor({ name: "biultin" })).toThrow(/did you mean "builtin"\?/);
  });
});
