/** Resizing, decoding and rounding to 8 bits against Pillow, TensorFlow 1, torch and the evaluation tools. */
import { join } from "node:path";
import {
  centreCrop,
  crop,
  decodeImage,
  type FloatImage,
  type Image,
  type PilFilter,
  quantizeRules,
  resizePil,
  resizePilFloat,
  resizeTf1,
  resizeTorch,
  toFloat,
  toUnit,
} from "@fqgan/image";
import type { Check } from "../parity-case.js";
import { type Fixture, readArray } from "./fixture.js";

interface Target {
  readonly width: number;
  readonly height: number;
}
type Resize = (image: Image, target: Target, filter: PilFilter) => Image | FloatImage;

const float = (image: Image): FloatImage => ({ ...image, data: toFloat(image.data) });
/** clean-fid clips after Pillow's resize of floats. */
const clip = (image: FloatImage): FloatImage => ({
  ...image,
  data: image.data.map((value) => Math.min(Math.max(value, 0), 255)),
});
const cleanFid: Resize = (image, target, filter) =>
  clip(resizePilFloat(float(image), { ...target, filter }));

function centreSquare(image: Image): Image {
  const side = Math.min(image.width, image.height);
  return crop(image, {
    left: Math.floor((image.width - side) / 2),
    top: Math.floor((image.height - side) / 2),
    width: side,
    height: side,
  });
}

/** How to make an array, by the start of its name; the filter is the word that follows. */
const MAKERS: Readonly<Record<string, { readonly make: Resize; readonly tolerance: number }>> = {
  tf1_bilinear: { make: (image, target) => resizeTf1(float(image), target), tolerance: 0 },
  clean_: { make: cleanFid, tolerance: 0 },
  pil_float_: { make: cleanFid, tolerance: 0 },
  pil_uint8_: {
    make: (image, target, filter) => resizePil(image, { ...target, filter }),
    tolerance: 0,
  },
  torch_bilinear: {
    make: (image, target) =>
      resizeTorch({ ...image, data: toUnit(image.data) }, { ...target, filter: "bilinear" }),
    tolerance: 1e-4,
  },
  torch_bicubic_antialias: {
    make: (image, target) => resizePilFloat(float(image), { ...target, filter: "bicubic" }),
    tolerance: 1e-4 * 255,
  },
  torch_bicubic: {
    make: (image, target) => resizeTorch(float(image), { ...target, filter: "bicubic" }),
    tolerance: 1e-4 * 255,
  },
  dinov2_dgm: {
    make: (image, target) => resizePil(image, { ...target, filter: "bicubic" }),
    tolerance: 0,
  },
  cmmd_center_crop: {
    make: (image, target) => resizePil(centreSquare(image), { ...target, filter: "bicubic" }),
    tolerance: 0,
  },
  adm_center_crop: { make: (image, { width }) => centreCrop(image, width), tolerance: 0 },
};

export async function resizeChecks(fixture: Fixture): Promise<Check[]> {
  const { folder, expected } = fixture;
  const checks = Object.entries(expected.images?.resize ?? {}).map(async ([name, golden]) => {
    const start = Object.keys(MAKERS).find((known) => name.startsWith(known));
    if (!start) throw new Error(`${folder}: no way to make resize/${name}`);
    const { make, tolerance } = MAKERS[start]!;
    const [height, width] = golden.shape as [number, number];
    const filter = name.slice(start.length).split("_")[0] as PilFilter;
    const source = await decodeImage(join(folder, golden.source));
    const made = make(source, { width, height }, filter);
    const wanted = name.endsWith(".png")
      ? (await decodeImage(join(folder, "resize", name))).data
      : readArray(fixture, `resize/${name}`).data;
    return { name: `resize ${name}`, error: largestDifference(made.data, wanted), tolerance };
  });
  return Promise.all(checks);
}

export async function decodeChecks(fixture: Fixture): Promise<Check[]> {
  const { folder, expected } = fixture;
  const checks = Object.entries(expected.images?.decode ?? {}).map(
    async ([name, { pil_mode }]): Promise<Check> => {
      const decoding = decodeImage(join(folder, "decode", name), { orientation: "stored" });
      if (pil_mode === "I") {
        // 16 bits: Pillow saturates, we refuse
        const refused = await decoding.then(
          () => false,
          () => true,
        );
        return { name: `decode ${name} is refused`, error: refused ? 0 : 1, tolerance: 0 };
      }
      const wanted = readArray(fixture, `decode/${name}.rgb`).data;
      const error = largestDifference((await decoding).data, wanted);
      return { name: `decode ${name}`, error, tolerance: 0 };
    },
  );
  return Promise.all(checks);
}

/** The rows of quantize_expected, in order. */
const RULES = ["adm", "open-magvit2", "torchvision"] as const;

export function quantizeChecks(fixture: Fixture): Check[] {
  if (!fixture.expected.images?.quantize) return [];
  const input = readArray(fixture, "images/quantize_input").data as Float32Array;
  const rows = readArray(fixture, "images/quantize_expected").data;
  return RULES.map((rule, i) => {
    const wanted = rows.slice(i * input.length, (i + 1) * input.length);
    const error = largestDifference(quantizeRules[rule](input), wanted);
    return { name: `to 8 bits, ${rule}`, error, tolerance: 0 };
  });
}

export function largestDifference(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < wanted.length; i++)
    largest = Math.max(largest, Math.abs(actual[i]! - wanted[i]!));
  return Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest;
}
