import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodePng, type Image } from "@fqgan/image";
import { createKey } from "@fqgan/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Dataset, UnreadableImagesError } from "../dataset.js";
import { loadDataset } from "../datasets.js";
import { createLoader } from "../loader.js";

let root = "";
const opened: Dataset[] = [];
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "fqgan-folder-"));
});
afterAll(async () => {
  await Promise.all(opened.map((dataset) => dataset.close()));
  await rm(root, { recursive: true });
});

function plain(value: number, width = 12, height = 9): Image {
  return { width, height, channels: 3, data: new Uint8Array(width * height * 3).fill(value) };
}

/** Writes files (an image's grey value, or raw bytes) into a new folder. */
async function folderOf(name: string, files: Record<string, number | Uint8Array>): Promise<string> {
  const folder = path.join(root, name);
  await mkdir(folder);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    const bytes =
      typeof content === "number"
        ? await encodePng(plain(content, 8 + (content % 7), 8 + (content % 5)))
        : content;
    await writeFile(path.join(folder, file), bytes);
  }
  return folder;
}

async function open(folder: string, options: Record<string, unknown> = {}): Promise<Dataset> {
  const dataset = await loadDataset(
    { name: "folder", path: folder, size: 8, ...options },
    { cacheFolder: null },
  );
  opened.push(dataset);
  return dataset;
}

const manyFiles = () =>
  Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`${i % 2 ? "cats" : "dogs"}/${i}.png`, i + 100]),
  );
const allOf = (dataset: Dataset) =>
  Object.values(dataset.splits).flatMap((split) => [...split.ids]);

describe("folder", () => {
  it("reads class folders of mixed sizes, split by the hash of each path", async () => {
    const dataset = await open(await folderOf("classes", manyFiles()));
    expect(dataset.classes).toEqual(["cats", "dogs"]);
    expect(allOf(dataset)).toHaveLength(60);
    const { train, validation, test } = dataset.splits;
    expect(train.count).toBeGreaterThan(40);
    expect(validation.count * test.count).toBeGreaterThan(0);
    for (const split of [train, validation, test])
      for (let i = 0; i < split.count; i++) {
        const number = Number.parseInt(path.basename(split.ids[i]!), 10);
        expect(dataset.classes[split.labels[i]!]).toBe(number % 2 ? "cats" : "dogs");
        expect(new Set(await split.images([i]))).toEqual(new Set([number + 100]));
      }
    expect(dataset.rejected).toEqual([]);
  });

  it("keeps files in their split when others are added", async () => {
    const files = manyFiles();
    const before = await open(await folderOf("before", files));
    const after = await open(await folderOf("after", { ...files, "cats/new.png": 5 }));
    for (const id of before.splits.test.ids) expect(after.splits.test.ids).toContain(id);
  });

  it("takes train/, val/ and test/ where every image lies in one", async () => {
    const dataset = await open(
      await folderOf("splits", { "train/a/1.png": 1, "train/b/2.png": 2, "val/a/3.png": 3 }),
    );
    expect(dataset.classes).toEqual(["a", "b"]);
    expect(dataset.splits.train.ids).toEqual(["train/a/1.png", "train/b/2.png"]);
    expect(dataset.splits.validation.ids).toEqual(["val/a/3.png"]);
    expect(dataset.splits.test.count).toBe(0);
  });

  it("reads a flat folder as one class, through links, hidden files aside", async () => {
    const folder = await folderOf("flat", { "1.png": 1, "2.PNG": 2, "3.png": 3, ".hidden.png": 9 });
    await symlink(folder, path.join(folder, "loop"));
    const dataset = await open(folder);
    expect(dataset.classes).toEqual(["images"]);
    expect(allOf(dataset).toSorted()).toEqual(["1.png", "2.PNG", "3.png"]);
  });

  const damaged = {
    ...manyFiles(),
    "cats/empty.png": new Uint8Array(0),
    "dogs/text.jpg": new TextEncoder().encode("not an image"),
  };

  it("names and counts files that can't be read", async () => {
    const dataset = await open(await folderOf("damaged", damaged));
    expect(dataset.rejected.map((file) => file.path)).toEqual(["cats/empty.png", "dogs/text.jpg"]);
    expect(dataset.rejected[0]!.reason).toMatch(/0 bytes/);
    expect(dataset.description).toMatch(/60 images.*2 files can't be read/);
    expect(allOf(dataset)).toHaveLength(60);
  });

  it("reads from the files when they don't fit into memory, with the same pixels", async () => {
    const folder = await folderOf("streamed", damaged);
    const inMemory = await open(folder);
    const streamed = await open(folder, { memoryMiB: 0 });
    const { train } = streamed.splits;
    const readable = inMemory.splits.train.ids;
    const positions = readable.map((id) => train.ids.indexOf(id));
    expect(await train.images(positions)).toEqual(
      await inMemory.splits.train.images(readable.map((_, i) => i)),
    );
    const views = positions.map((_, i) => ({
      flip: i % 2 === 0,
      crop: { smallerSide: 10, left: 0.3, top: 0.9 },
    }));
    expect(await train.images(positions, views)).toEqual(
      await inMemory.splits.train.images(
        readable.map((_, i) => i),
        views,
      ),
    );
  });

  it("names damaged files when they are met, and trains on", async () => {
    const files = { ...manyFiles(), "cats/empty.png": new Uint8Array(0) };
    const folder = await folderOf(
      "met",
      Object.fromEntries(
        Object.entries(files).map(([name, content]) => [`train/${name}`, content]),
      ),
    );
    const { splits } = await open(folder, { memoryMiB: 0 });
    const bad = splits.train.ids.indexOf("train/cats/empty.png");
    const reading = splits.train.images([0, bad]);
    await expect(reading).rejects.toThrow(UnreadableImagesError);
    await expect(reading).rejects.toThrow(/train\/cats\/empty\.png: .*0 bytes/);
    const loader = createLoader(splits.train, { batchSize: 61, key: createKey(0), prefetch: 0 });
    const batch = await loader.batch(0);
    expect(batch.indices).not.toContain(bad);
    expect(loader.rejected.map((file) => file.path)).toEqual(["train/cats/empty.png"]);
  });

  it("keeps decoded images on disk when decoding was slow, until a file changes", async () => {
    const folder = await folderOf("kept", { "train/1.png": 1, "train/2.png": new Uint8Array(0) });
    const cacheFolder = path.join(root, "cache");
    const load = async (cacheAfterMs: number) => {
      const config = { name: "folder", path: folder, size: 8 };
      const dataset = await loadDataset(config, { cacheFolder, cacheAfterMs });
      opened.push(dataset);
      const { images } = dataset.splits.train;
      return { rejected: dataset.rejected, pixels: await images([0]) };
    };
    const first = await load(Number.POSITIVE_INFINITY);
    await expect(readdir(cacheFolder)).rejects.toThrow(/ENOENT/);
    expect(await load(0)).toEqual(first);
    expect(await readdir(cacheFolder)).toHaveLength(1);
    expect(await load(0)).toEqual(first);
    expect(first.rejected).toHaveLength(1);
    await writeFile(path.join(folder, "train/1.png"), await encodePng(plain(200)));
    expect(new Set((await load(0)).pixels)).toEqual(new Set([200]));
  });

  it("says what is wrong with a folder", async () => {
    const texts = await folderOf("texts", {
      "a.txt": new Uint8Array(1),
      "b.txt": new Uint8Array(1),
    });
    await expect(open(texts)).rejects.toThrow(
      /no images in ".*texts", found 2 × \.txt; files that end in \.png, \.jpg, \.jpeg, \.webp/,
    );
    await expect(open(path.join(root, "nowhere"))).rejects.toThrow(/does not exist/);
    await expect(open(path.join(texts, "a.txt"))).rejects.toThrow(/is a file/);
    const broken = await folderOf("broken", { "train/a.png": new Uint8Array(0) });
    await expect(open(broken)).rejects.toThrow(
      /none of the 0 readable images.*\(1 can't be read\)/,
    );
    await expect(open(texts, { size: 0 })).rejects.toThrow(/size/);
  });
});
