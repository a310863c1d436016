import { createKey, fold, hostTensor, type Tensor, tf, toTensor, uniform } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { loadPerceptualDistance } from "../perceptual-distances.js";

const noise = (name: string) =>
  uniform(fold(createKey(1), name), 2 * 16 * 16 * 3).map((u) => 2 * u - 1);
const images = hostTensor(noise("a"), [2, 16, 16, 3]);
const moved = (amount: number) => {
  const values = images.data.map((x, i) => (1 - amount) * x + amount * noise("b")[i]!);
  return hostTensor(values as Float32Array, images.shape);
};

const distances = ["builtin", "builtin-judge"];

it("teacher and judge have distances of their own", async () => {
  const [teacher, judge] = await Promise.all(
    distances.map((name) => loadPerceptualDistance({ name })),
  );
  expect(teacher!.hash).not.toBe(judge!.hash);
  const [byTeacher, byJudge] = await Promise.all(
    [teacher!, judge!].map(({ distance }) => distance(images, moved(0.5))),
  );
  expect([...byJudge!.data]).not.toEqual([...byTeacher!.data]);
  for (const one of [teacher, judge]) one!.dispose();
});

it.each(distances)("%s grows with the difference, from 0, and has a gradient", async (which) => {
  const { name, distance, network, dispose } = await loadPerceptualDistance({ name: which });
  expect(name).not.toMatch(/lpips/i);
  expect([...(await distance(images, images)).data]).toEqual([0, 0]);
  const near = (await distance(images, moved(0.1))).data;
  const far = (await distance(images, moved(0.5))).data;
  expect(near.length).toBe(2);
  for (const [i, value] of near.entries()) {
    expect(value).toBeGreaterThan(0);
    expect(far[i]).toBeGreaterThan(value);
  }
  const slope = tf
    .grad((x: Tensor) => tf.sum(network.call(toTensor(images), x)))(toTensor(moved(0.1)))
    .dataSync();
  expect(slope.every(Number.isFinite)).toBe(true);
  expect(Math.max(...slope.map(Math.abs))).toBeGreaterThan(0);
  dispose();
});
