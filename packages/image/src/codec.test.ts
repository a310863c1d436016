import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { UserError } from "@fqgan/registry";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cmykToRgba } from "./cmyk.js";
import { decodeImage, encodePng } from "./codec.js";
import { centreCrop } from "./crop.js";
import type { Image } from "./image.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "fqgan-image-"));
});
afterAll(() => rm(folder, { recursive: true }));

const image: Image = {
  width: 3,
  height: 2,
  channels: 3,
  data: Uint8Array.from({ length: 18 }, (_, i) => (i * 37) % 256),
};
const raw = { raw: { width: 3, height: 2, channels: 3 } } as const;

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

describe("decodeImage", () => {
  it("gives back what encodePng wrote, from bytes and from a file", async () => {
    const bytes = await encodePng(image);
    expect(await decodeImage(bytes)).toEqual(image);
    expect(await decodeImage(await written("a.png", bytes))).toEqual(image);
    expect(await encodePng(image)).toEqual(bytes);
  });

  it("reads lossless WebP and JPEG, by content whatever the name", async () => {
    const webp = await sharp(image.data, raw).webp({ lossless: true }).toBuffer();
    expect(await decodeImage(await written("really-webp.png", webp))).toEqual(image);
    const jpeg = await decodeImage(await sharp(image.data, raw).jpeg().toBuffer());
    expect([jpeg.width, jpeg.height, jpeg.channels]).toEqual([3, 2, 3]);
  });

  it("reads CMYK as RGB, without a profile", async () => {
    const red = { create: { width: 8, height: 8, channels: 3, background: "#ff0000" } } as const;
    const cmyk = await sharp(red).toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    const decoded = await decodeImage(cmyk);
    // inks 0, 255, 255, 0: a profile would make a duller red of them
    expect([decoded.channels, ...decoded.data.subarray(0, 3)]).toEqual([3, 255, 0, 0]);
    const kept = await decodeImage(cmyk, { alpha: "keep" });
    expect([kept.channels, ...kept.data.subarray(0, 4)]).toEqual([4, 255, 0, 0, 255]);
    // (255 - 151) - 4 · 104 / 255 = 102.4
    const inks = { width: 1, height: 1, channels: 4, data: Uint8Array.of(4, 0, 255, 151) };
    expect([...cmykToRgba(inks).data]).toEqual([102, 104, 0, 255]);
  });

  it("reads an image of one pixel, grey ones, and grey ones with alpha", async () => {
    const grey = (channels: 1 | 3) => ({
      width: 1,
      height: 1,
      channels,
      data: Uint8Array.of(7, 7, 7),
    });
    const pixel = { ...grey(1), data: Uint8Array.of(7) };
    expect(await decodeImage(await encodePng(pixel))).toEqual(grey(3));
    const transparent = await sharp(Uint8Array.of(7, 0), {
      raw: { width: 1, height: 1, channels: 2 },
    })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    expect(await decodeImage(transparent)).toEqual(grey(3));
    expect(centreCrop(grey(3), 2).data).toEqual(new Uint8Array(12).fill(7));
  });

  /** Where a pixel of the upright picture lies in the file, by EXIF's numbers. */
  const stored: Record<number, (x: number, y: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [2 - x, y], // mirrored
    3: (x, y) => [2 - x, 1 - y], // upside down
    4: (x, y) => [x, 1 - y],
    5: (x, y) => [y, x], // rows are columns
    6: (x, y) => [y, 1 - x],
    7: (x, y) => [2 - y, 1 - x],
    8: (x, y) => [2 - y, x],
  };
  it.each(Object.entries(stored))("turns a photograph of orientation %s", async (tag, placeOf) => {
    const tagged = sharp(image.data, raw).withMetadata({ orientation: Number(tag) });
    for (const bytes of [
      await tagged.clone().webp({ lossless: true }).toBuffer(),
      await tagged.clone().png().toBuffer(),
      await tagged.clone().jpeg({ quality: 100 }).toBuffer(),
    ]) {
      const asStored = await decodeImage(bytes, { orientation: "stored" });
      expect([asStored.width, asStored.height]).toEqual([3, 2]);
      const upright = await decodeImage(bytes);
      const { width, height } = upright;
      expect([width, height]).toEqual(Number(tag) > 4 ? [2, 3] : [3, 2]);
      const turned = new Uint8Array(18);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const [column, row] = placeOf(x, y);
          const from = 3 * (row * 3 + column);
          turned.set(asStored.data.subarray(from, from + 3), 3 * (y * width + x));
        }
      expect(upright.data).toEqual(turned);
    }
  });

  it("drops, composites or keeps alpha", async () => {
    const rgba: Image = {
      width: 2,
      height: 1,
      channels: 4,
      data: Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 128),
    };
    const bytes = await encodePng(rgba);
    expect([...(await decodeImage(bytes)).data]).toEqual([10, 20, 30, 10, 20, 30]);
    const white = await decodeImage(bytes, { alpha: "white" });
    // 128/255 · 10 + 127/255 · 255 = 132.02
    expect([...white.data]).toEqual([255, 255, 255, 132, 137, 142]);
    expect(await decodeImage(bytes, { alpha: "keep" })).toEqual(rgba);
  });

  const refused = async (source: string | Uint8Array, message: RegExp) => {
    const decoding = decodeImage(source);
    await expect(decoding).rejects.toThrow(UserError);
    await expect(decoding).rejects.toThrow(message);
  };

  it("names the file that is missing, empty, a folder, no image, cut short or too deep", async () => {
    await refused(path.join(folder, "none.png"), /none\.png: can't be read \(ENOENT/);
    await refused(await written("empty.png", new Uint8Array(0)), /empty\.png: .*0 bytes/);
    await mkdir(path.join(folder, "folder.png"));
    await refused(path.join(folder, "folder.png"), /folder\.png: .*a folder/);
    const text = new TextEncoder().encode("<html>404</html>");
    await refused(await written("text.png", text), /text\.png: expected a PNG, JPEG or WebP/);
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) % 251);
    const large = { raw: { width: 64, height: 64, channels: 3 } } as const;
    for (const [name, bytes] of [
      ["cut.png", await sharp(noise, large).png().toBuffer()],
      ["cut.jpg", await sharp(noise, large).jpeg().toBuffer()],
      ["cut.webp", await sharp(noise, large).webp().toBuffer()],
    ] as const) {
      const half = bytes.subarray(0, Math.floor(bytes.length / 2));
      await refused(await written(name, half), new RegExp(`${name}: .*can't be decoded`));
    }
    const deep = await sharp(image.data, raw).toColourspace("rgb16").png().toBuffer();
    await refused(await written("deep.png", deep), /deep\.png: expected 8 bits a channel, got 16/);
    const tiff = await sharp(image.data, raw).tiff().toBuffer();
    await refused(await written("a.tiff", tiff), /a\.tiff: expected PNG, JPEG or WebP, got tiff/);
  });
});
