/**
 * How many held-out emoji have a near copy in training, by how the split is made:
 * npx tsx --conditions=@fqgan/source scripts/measure-leakage.ts
 */
import { loadDataset, nearCopyShare, nearestNeighbours, splitOf } from "@fqgan/data";

const { splits, size, description } = await loadDataset({ name: "emoji", size: 64 });
const parts = Object.values(splits);
const length = size * size * 3;
const everything = await Promise.all(
  parts.map((split) => split.images(Array.from({ length: split.count }, (_, i) => i))),
);
const images = parts.flatMap((split, s) =>
  split.ids.map((id, i) => ({
    id,
    emoji: id.replaceAll(/-1F3F[B-F]/g, ""),
    split: split.name,
    pixels: everything[s]!.subarray(i * length, (i + 1) * length),
  })),
);
type Entry = (typeof images)[number];

const stack = (entries: readonly Entry[]) => {
  const stacked = new Uint8Array(entries.length * length);
  entries.forEach(({ pixels }, i) => {
    stacked.set(pixels, i * length);
  });
  return stacked;
};

console.log(description);
const rules: Record<string, (entry: Entry) => boolean> = {
  "by image, at random": ({ id }) => splitOf(id, "leakage") !== "train",
  "by emoji": ({ emoji }) => splitOf(emoji, "leakage") !== "train",
  "by identity (ours)": ({ split }) => split !== "train",
};
for (const [name, isHeldOut] of Object.entries(rules)) {
  const heldOut = images.filter(isHeldOut);
  const training = images.filter((entry) => !isHeldOut(entry));
  const share = nearCopyShare(nearestNeighbours(stack(heldOut), stack(training), size));
  console.log(`${name}: ${(100 * share).toFixed(1)} % of ${heldOut.length} have a near copy`);
}
