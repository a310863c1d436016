import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";
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

/** A PNG with an eXIf chunk behind its header, which holds nothing but an orientation. */
function withOrientation(png: Uint8Array, orientation: number): Uint8Array {
  // TIFF: big endian, one entry at 8: tag 0x0112, one short
  const exif = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1];
  const body = Buffer.from([...Buffer.from("eXIf"), ...exif, 0, orientation, ...Buffer.alloc(6)]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  check.writeUInt32BE(crc32(body));
  const header = 8 + 25; // signature and IHDR
  return Buffer.concat([png.subarray(0, header), length, body, check, png.subarray(header)]);
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
  it("keeps class folders whole where a fold is asked for", async () => {
    const patches = Array.from(
      { length: 36 },
      (_, i) => [`photo ${i % 12}/${i}.png`, i + 100] as const,
    );
    const folder = await folderOf("patches", Object.fromEntries(patches));
    const folds = await Promise.all([0, 1, 2, 3, 4].map((fold) => open(folder, { fold })));
    const photos = (ids: readonly string[]) => new Set(ids.map((id) => id.split("/")[0]));
    for (const { splits } of folds) {
      expect(splits.train.count + splits.validation.count + splits.test.count).toBe(36);
      expect(splits.validation.ids).toEqual(folds[0]!.splits.validation.ids);
      for (const photo of photos(splits.test.ids)) {
        expect(photos(splits.train.ids)).not.toContain(photo);
        expect(splits.test.ids.filter((id) => id.startsWith(`${photo}/`))).toHaveLength(3);
      }
    }
    const tested = folds.flatMap(({ splits }) => splits.test.ids);
    expect(new Set(tested).size).toBe(tested.length);
    expect(tested.length + folds[0]!.splits.validation.count).toBe(36);
    await expect(open(await folderOf("few", { "a/1.png": 100 }), { fold: 0 })).rejects.toThrow(
      /fold 0: expected at least 6 class folders .* got 1/,
    );
  });

  it("turns photographs upright, unless told to read them as they are stored", async () => {
    // Left half black, right half white; the tag says that it has to be turned by a quarter, clockwise.
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i % 24 < 12 ? 0 : 255));
    const png = await encodePng({ width: 8, height: 8, channels: 3, data });
    const folder = await folderOf("turned", {
      "train/a.png": withOrientation(png, 6),
      "val/a.png": 100,
      "test/a.png": 100,
    });
    const firstRow = async (options: Record<string, unknown>) => {
      const { splits } = await open(folder, options);
      return [...(await splits.train.images([0])).subarray(0, 24)];
    };
    const half = [...new Array<number>(12).fill(0), ...new Array<number>(12).fill(255)];
    for (const memoryMiB of [0, 256]) {
      expect(await firstRow({ memoryMiB })).toEqual(new Array(24).fill(0));
      expect(await firstRow({ memoryMiB, orientation: "stored" })).toEqual(half);
    }
  });

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
