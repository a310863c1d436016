import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { compositeOn, decodeImage } from "@fqgan/image";
import { describe, expect, it } from "vitest";
import { loadDataset } from "../datasets.js";
import { FOLDS } from "../grouped-folds.js";
import { nearCopyShare, nearestNeighbours } from "../near-copies.js";
import { packageFolder } from "./emoji.js";

const dataset = await loadDataset({ name: "emoji" });
const { train, validation, test } = dataset.splits;
const everything = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("emoji", () => {
  it("has 3,781 images in 9 classes and 98 subcategories, all in training", () => {
    expect(train.count + validation.count + test.count).toBe(3781);
    expect(dataset.classes).toHaveLength(9);
    expect(new Set(train.attributes.subcategory).size).toBe(98);
    expect(new Set(train.labels).size).toBe(9);
    const people = dataset.classes.indexOf("People & Body");
    const labels = [train, validation, test].flatMap((split) => [...split.labels]);
    expect(labels.filter((label) => label === people)).toHaveLength(2261);
  });

  it("keeps the published split", () => {
    expect([train.count, validation.count, test.count]).toEqual([3165, 303, 313]);
    const names = [...validation.ids, ...test.ids].join();
    expect(createHash("sha256").update(names).digest("hex").slice(0, 16)).toBe("befc1e37a8c1436e");
    expect(new Set(validation.labels).size).toBe(9);
    expect(new Set(test.labels).size).toBe(9);
  });

  it("shares no identity between splits", () => {
    const identities = [train, validation, test].map((split) => new Set(split.attributes.identity));
    for (const [i, some] of identities.entries())
      for (const others of identities.slice(i + 1))
        expect([...some].filter((identity) => others.has(identity))).toEqual([]);
  });

  it("holds the pixels of the package's single files, on white", async () => {
    const root = path.dirname(
      createRequire(import.meta.url).resolve("emoji-datasource-google/package.json"),
    );
    for (const index of [0, 7, 150, 300]) {
      const file = `${test.ids[index]!.toLowerCase()}.png`;
      const drawing = await decodeImage(path.join(root, "img/google/64", file), { alpha: "keep" });
      expect(await test.images([index])).toEqual(compositeOn(drawing).data);
      const mask = await test.masks!([index]);
      expect(mask).toEqual(drawing.data.filter((_, i) => i % 4 === 3));
    }
  });

  it("leaks little: under 5 % of held-out images have a near copy in training", async () => {
    const heldOut = await test.images(everything(test.count));
    const training = await train.images(everything(train.count));
    const neighbours = nearestNeighbours(heldOut, training, 64);
    expect(nearCopyShare(neighbours)).toBeLessThan(0.05);
    // the measure sees a copy where there is one
    expect(nearestNeighbours(training.subarray(0, 64 * 64 * 3), training, 64)).toEqual([
      { index: 0, distance: 0 },
    ]);
  });

  it("comes in other sizes and in another vendor's drawings with the same identities", async () => {
    const small = await loadDataset({ name: "emoji", size: 32, vendor: "twitter" });
    expect(await small.splits.test.images([0])).toHaveLength(32 * 32 * 3);
    expect(await small.splits.test.masks!([0])).toHaveLength(32 * 32);
    const held = new Set(test.attributes.identity);
    expect(small.splits.train.attributes.identity!.filter((name) => held.has(name))).toEqual([]);
  });

  it("has folds that share no test identity, with the same validation images", async () => {
    const folds = await Promise.all(
      [0, FOLDS - 1].map((fold) => loadDataset({ name: "emoji", size: 8, fold })),
    );
    for (const { splits } of folds) {
      expect(splits.validation.ids).toEqual(validation.ids);
      expect(splits.train.count + splits.test.count).toBe(train.count + test.count);
      const trained = new Set(splits.train.attributes.identity);
      expect(splits.test.attributes.identity!.filter((name) => trained.has(name))).toEqual([]);
      expect(new Set(splits.test.labels).size).toBe(9);
      expect(splits.test.count).toBeGreaterThan(580);
      expect(splits.test.count).toBeLessThan(630);
    }
    const tested = folds.flatMap(({ splits }) => splits.test.ids);
    expect(new Set(tested).size).toBe(tested.length);
    // Never to be changed: published numbers are of these folds.
    const names = folds.map(({ splits }) => splits.test.ids.join()).join("\n");
    expect(createHash("sha256").update(names).digest("hex").slice(0, 16)).toBe("445f1bb3e160a549");
  });

  it("says what to install when the package is missing", () => {
    expect(() => packageFolder("nobody")).toThrow(/run: npm install emoji-datasource-nobody/);
  });

  it("refuses unknown options with the nearest name", async () => {
    await expect(loadDataset({ name: "emoij" })).rejects.toThrow(/did you mean "emoji"/);
    await expect(loadDataset({ name: "emoji", sise: 32 })).rejects.toThrow(/did you mean size\?/);
    await expect(loadDataset({ name: "emoji", vendor: "acme" })).rejects.toThrow(/vendor/);
  });
});
