/** Decoding, resizing and rounding against Pillow, TensorFlow 1, torch and the evaluation tools. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  centreCrop,
  crop,
  decodeImage,
  type FloatImage,
  type Image,
  quantizeRules,
  resizePil,
  resizePilFloat,
  resizeTf1,
  resizeTorch,
  toFloat,
  toSignedUnit,
  toUnit,
} from "@fqgan/image";
import { describe, expect, it } from "vitest";

const folder = new URL("./fixtures/image/", import.meta.url);
const pathOf = (name: string) => new URL(name, folder).pathname;

interface Samples {
  readonly stride: number;
  readonly values: number[];
}
const expected = JSON.parse(readFileSync(pathOf("expected.json"), "utf8")) as {
  /** SHA-256 of the row-major little-endian values. */
  readonly exact: Record<string, { readonly sha256: string }>;
  /** Every stride-th value. */
  readonly samples: Record<string, Samples>;
};

/** The values after a .npy file's header. */
function readNpy(name: string): ArrayBuffer {
  const bytes = readFileSync(pathOf(name));
  const start = 10 + bytes.readUInt16LE(8);
  return bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
}

const sha256 = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");

const asFloat = (image: Image): FloatImage => ({ ...image, data: toFloat(image.data) });
const sources = {
  "00_ref": await decodeImage(pathOf("00_ref.png")),
  "08_ref": await decodeImage(pathOf("08_ref.png")),
  large: await decodeImage(pathOf("large_360x410.webp")),
};
type Source = keyof typeof sources;

/** clean-fid clips after the resize; Pillow itself does not. */
const clip = (values: Float32Array) => values.map((value) => Math.min(Math.max(value, 0), 255));

const small = { width: 37, height: 45 };
const side = 299;

describe("resizing as Pillow", () => {
  const filters = ["box", "bilinear", "bicubic", "lanczos", "nearest"] as const;
  const cases = filters.flatMap((filter) =>
    (["08_ref", "large"] as const).map((source) => ({ filter, source })),
  );
  it.each(cases)("8 bits, $filter from $source", ({ filter, source }) => {
    const resized = resizePil(sources[source], { ...small, filter });
    const name = `pil_uint8_${filter}_45x37_from_${source}`;
    expect(sha256(resized.data)).toBe(expected.exact[name]!.sha256);
  });
  it.each(cases)("float, $filter from $source", ({ filter, source }) => {
    const resized = resizePilFloat(asFloat(sources[source]), { ...small, filter });
    const name = `pil_float_${filter}_45x37_from_${source}`;
    expect(sha256(clip(resized.data))).toBe(expected.exact[name]!.sha256);
  });
  it.each(["00_ref", "large"] as Source[])("clean-fid's 299 from %s", (source) => {
    const resized = resizePilFloat(asFloat(sources[source]), {
      width: side,
      height: side,
      filter: "bicubic",
    });
    expect(sha256(clip(resized.data))).toBe(
      expected.exact[`clean_bicubic_299_from_${source}`]!.sha256,
    );
  });
  it("DINOv2's 224 in dgm-eval", () => {
    const resized = resizePil(sources["00_ref"], { width: 224, height: 224, filter: "bicubic" });
    const name = "dinov2_dgm_input_224_from_00_ref_uint8";
    expect(sha256(resized.data)).toBe(expected.exact[name]!.sha256);
  });
});

describe("crops", () => {
  it.each([64, 100, 256])("ADM's centre crop to %i", (size) => {
    const cropped = centreCrop(sources.large, size);
    expect(sha256(cropped.data)).toBe(expected.exact[`adm_center_crop_${size}`]!.sha256);
  });
  it("CMMD's centre square, then bicubic", () => {
    const { large } = sources;
    const edge = Math.min(large.width, large.height);
    const square = crop(large, {
      left: Math.floor((large.width - edge) / 2),
      top: Math.floor((large.height - edge) / 2),
      width: edge,
      height: edge,
    });
    const resized = resizePil(square, { width: 56, height: 56, filter: "bicubic" });
    expect(sha256(resized.data)).toBe(expected.exact.cmmd_center_crop_56_from_large!.sha256);
  });
});

describe("resizing as TensorFlow 1", () => {
  it.each(["08_ref", "large"] as Source[])("45×37 from %s", (source) => {
    const resized = resizeTf1(asFloat(sources[source]), small);
    expect(sha256(resized.data)).toBe(expected.exact[`tf1_bilinear_45x37_from_${source}`]!.sha256);
  });
  it.each(["00_ref", "large"] as Source[])("299 from %s", (source) => {
    const resized = resizeTf1(asFloat(sources[source]), { width: side, height: side });
    expect(sha256(resized.data)).toBe(expected.exact[`tf1_bilinear_299_from_${source}`]!.sha256);
  });
});

describe("resizing as torch", () => {
  const largestDifference = (resized: FloatImage, { stride, values }: Samples) =>
    Math.max(...values.map((value, i) => Math.abs(value - resized.data[i * stride]!)));

  it("bilinear to 299", () => {
    const { large } = sources;
    const unit = { ...large, data: toUnit(large.data) };
    const resized = resizeTorch(unit, { width: side, height: side, filter: "bilinear" });
    const samples = expected.samples.torch_bilinear_299_from_large!;
    expect(largestDifference(resized, samples)).toBeLessThan(1e-6);
  });
  it.each(["08_ref", "large"] as Source[])("bicubic from %s", (source) => {
    const resized = resizeTorch(asFloat(sources[source]), { ...small, filter: "bicubic" });
    const samples = expected.samples[`torch_bicubic_45x37_from_${source}`]!;
    expect(largestDifference(resized, samples)).toBeLessThan(1e-4 * 255);
  });
  it.each(["08_ref", "large"] as Source[])("antialiased bicubic is Pillow's, from %s", (source) => {
    const resized = resizePilFloat(asFloat(sources[source]), { ...small, filter: "bicubic" });
    const samples = expected.samples[`torch_bicubic_antialias_45x37_from_${source}`]!;
    expect(largestDifference(resized, samples)).toBeLessThan(1e-4 * 255);
  });
});

describe("decoding as Pillow", () => {
  it.each([
    "bilevel.png",
    "gray.png",
    "gray_alpha.png",
    "palette.png",
    "rgba.png",
    "jpeg_420_q75.jpg",
    "jpeg_444_q90.jpg",
    "jpeg_exif_orientation6.jpg",
    "jpeg_gray_q80.jpg",
    "jpeg_progressive.jpg",
  ])("%s", async (name) => {
    // Image.open leaves a photograph as it lies in the file
    const image = await decodeImage(pathOf(`decode/${name}`), { orientation: "stored" });
    expect([image.height, image.width, image.channels]).toEqual([40, 48, 3]);
    expect(sha256(image.data)).toBe(expected.exact[`decode/${name}`]!.sha256);
  });
  it("turns a photograph as ImageOps.exif_transpose does, unless told", async () => {
    const path = pathOf("decode/jpeg_exif_orientation6.jpg");
    const stored = await decodeImage(path, { orientation: "stored" });
    const upright = await decodeImage(path);
    expect([upright.height, upright.width]).toEqual([48, 40]);
    // a quarter, clockwise: the left column, read upwards, is the first row
    const column = Array.from({ length: 40 }, (_, x) => {
      const from = 3 * 48 * (39 - x);
      return [...stored.data.subarray(from, from + 3)];
    });
    expect([...upright.data.subarray(0, 3 * 40)]).toEqual(column.flat());
  });
  it("refuses 16 bits, which Pillow saturates", async () => {
    await expect(decodeImage(pathOf("decode/gray16.png"))).rejects.toThrow(
      /gray16\.png: expected 8 bits a channel, got 16; convert it first/,
    );
  });
});

describe("model output to 8 bits", () => {
  const input = new Float32Array(readNpy("quantize_input.npy"));
  const rows = new Uint8Array(readNpy("quantize_expected.npy"));
  it.each(Object.keys(quantizeRules) as (keyof typeof quantizeRules)[])("%s", (name) => {
    const row = Object.keys(quantizeRules).indexOf(name);
    const wanted = rows.subarray(row * input.length, (row + 1) * input.length);
    expect(quantizeRules[name](input)).toEqual(wanted.slice());
  });
  it("gives the pixels back that it was made from", () => {
    const pixels = Uint8Array.from({ length: 256 }, (_, x) => x);
    const values = toSignedUnit(pixels);
    expect(quantizeRules.adm(values)).toEqual(pixels);
    expect(quantizeRules.torchvision(values)).toEqual(pixels);
  });
});
