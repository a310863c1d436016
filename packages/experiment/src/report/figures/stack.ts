import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeImage, encodePng, type Image } from "@fqgan/image";
import type { MediaRow } from "../../schema/run-format.js";
import { readMedia } from "../../store/read-run.js";
import { latest } from "../html/pictures.js";

/** Pixels between rows. */
const GAP = 4;

/** Pictures one below another on white, aligned at the left. */
export function stackImages(images: readonly Image[]): Image {
  const width = Math.max(...images.map((image) => image.width));
  const height = images.reduce((sum, image) => sum + image.height, 0) + GAP * (images.length - 1);
  const data = new Uint8Array(width * height * 3).fill(255);
  let top = 0;
  for (const image of images) {
    for (let y = 0; y < image.height; y++)
      data.set(
        image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3),
        (top + y) * width * 3,
      );
    top += image.height + GAP;
  }
  return { width, height, channels: 3, data };
}

/** The rows of the paper's Figure 3: originals, from all codebooks, from each alone. */
function factorRows(folder: string): { row: MediaRow; what: string }[] {
  const media = readMedia(folder);
  const codebooks = [
    ...new Set(media.flatMap(({ kind, codebook }) => (kind === "factor" ? (codebook ?? []) : []))),
  ];
  const found = [
    { row: latest(media, "inputs"), what: "original" },
    { row: latest(media, "reconstructions"), what: "all codebooks" },
    ...codebooks.map((codebook) => ({
      row: latest(media, "factor", codebook),
      what: `${codebook} alone`,
    })),
  ];
  return codebooks.length < 2 ? [] : found.flatMap(({ row, what }) => (row ? [{ row, what }] : []));
}

/** A tokenizer's reconstructions with all and with single sub-codebooks; undefined with one codebook. */
export async function factorFigure(
  folder: string,
): Promise<{ png: Uint8Array; rows: string[] } | undefined> {
  const rows = factorRows(folder);
  if (rows.length === 0) return undefined;
  const images = await Promise.all(
    rows.map(({ row }) => decodeImage(readFileSync(join(folder, row.file)))),
  );
  return { png: await encodePng(stackImages(images)), rows: rows.map(({ what }) => what) };
}
