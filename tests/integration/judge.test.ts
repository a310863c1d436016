/** The built-in judge on the images that it is for: worse pictures must get worse numbers. */
import { loadDataset } from "@fqgan/data";
import { loadExtractor, loadTeacher } from "@fqgan/features";
import { toSignedUnit } from "@fqgan/image";
import { createMetric, Moments } from "@fqgan/metrics";
import { createKey, type HostTensor, hostTensor, normal } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";

const size = 64;
const dataset = await loadDataset({ name: "emoji", size });
const { validation } = dataset.splits;
const everySecond = Int32Array.from({ length: validation.count >> 1 }, (_, i) => 2 * i);
const clean = hostTensor(toSignedUnit(await validation.images(everySecond)), [
  everySecond.length,
  size,
  size,
  3,
]);
const judge = await loadExtractor();
const { features: real, logits: realLogits } = await judge.extract(clean);

async function fidOf(images: HostTensor): Promise<number> {
  const metric = createMetric({ name: "fid" }, { extractor: judge });
  metric.update({ features: { real, fake: await judge.features(images) } });
  return (await metric.compute()).values.fid!;
}

/** The mean over a square of 2·radius + 1 pixels, edges repeated. */
function blurred(images: HostTensor, radius: number): HostTensor {
  const data = new Float32Array(images.data.length);
  const clamp = (at: number) => Math.min(size - 1, Math.max(0, at));
  const area = (2 * radius + 1) ** 2;
  for (let i = 0; i < data.length; i++) {
    const channel = i % 3;
    const x = Math.floor(i / 3) % size;
    const y = Math.floor(i / (3 * size)) % size;
    const start = i - channel - 3 * (x + size * y);
    let sum = 0;
    for (let dy = -radius; dy <= radius; dy++)
      for (let dx = -radius; dx <= radius; dx++)
        sum += images.data[start + 3 * (clamp(x + dx) + size * clamp(y + dy)) + channel]!;
    data[i] = sum / area;
  }
  return hostTensor(data, images.shape);
}

const noise = normal(createKey(1), clean.data.length);
const noisy = (strength: number): HostTensor =>
  hostTensor(
    (clean.data as Float32Array).map((value, i) => value + strength * noise[i]!),
    clean.shape,
  );

const rises = (values: number[]) => values.every((value, i) => i === 0 || value > values[i - 1]!);

describe("the built-in judge", () => {
  it("gives equal images a distance of 0", async () => {
    expect(await fidOf(clean)).toBeLessThan(1e-9);
  });
  it("finds blurred images further away the stronger the blur", async () => {
    const distances = [];
    for (const radius of [1, 2, 4]) distances.push(await fidOf(blurred(clean, radius)));
    expect(rises(distances)).toBe(true);
  });
  it("finds noisy images further away the stronger the noise", async () => {
    const distances = [];
    for (const strength of [0.05, 0.15, 0.45]) distances.push(await fidOf(noisy(strength)));
    expect(rises(distances)).toBe(true);
  });
  it("gives images a lower inception score the stronger the blur", async () => {
    const score = async (logits: HostTensor) => {
      const metric = createMetric({ name: "inception-score", splits: 1 });
      metric.update({ logits: { fake: logits } });
      return (await metric.compute()).values.inceptionScore!;
    };
    const scores = [await score(realLogits!)];
    for (const radius of [3, 6]) {
      const { logits } = await judge.extract(blurred(clean, radius));
      scores.push(await score(logits!));
    }
    expect(rises(scores.reverse())).toBe(true);
  });
  it("has features whose covariance has full rank on a few hundred images", async () => {
    const moments = new Moments();
    moments.append(real);
    expect((await moments.gaussian().factor()).rows).toBe(judge.dimensions);
  });
  it("is not the teacher: other weights, other features", async () => {
    const teacher = await loadTeacher();
    expect(teacher.name).not.toBe(judge.name);
    expect(teacher.hash).not.toBe(judge.hash);
    expect(teacher.classes).toBeUndefined();
  });
});
