import type { Split } from "@fqgan/data";
import { toSignedUnit, toUint8, unpackImages } from "@fqgan/image";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import { gridColumns, pictureGrid } from "../media/grid.js";
import { tokenMap } from "../media/token-map.js";
import type { MediaItem } from "../store/run-folder.js";
import { throughCodes } from "./evaluate-tokenizer.js";

/**
 * Which images to show, `count` of them or all: class after class in turn, so that every class is seen,
 * and those of a class spread evenly over it, where neighbours are often variants of one picture.
 */
export function choosePictures(split: Split, count: number): Int32Array {
  const byClass = new Map<number, number[]>();
  split.labels.forEach((label, index) => {
    byClass.set(label, [...(byClass.get(label) ?? []), index]);
  });
  const classes = [...byClass.keys()].sort((a, b) => a - b).map((label) => byClass.get(label)!);
  const turns = Array.from({ length: count }, (_, turn) =>
    classes.filter(({ length }) => turn < length).map((indices) => ({ indices, turn })),
  )
    .flat()
    .slice(0, count);
  const quotas = new Map<readonly number[], number>();
  for (const { indices, turn } of turns) quotas.set(indices, turn + 1);
  return Int32Array.from(
    turns,
    ({ indices, turn }) => indices[Math.floor((turn * indices.length) / quotas.get(indices)!)]!,
  );
}

/** Reconstructions of some images of a split: full, from each codebook alone, and the codes as maps. */
export async function tokenizerPictures(options: {
  readonly tokenizer: Tokenizer;
  readonly split: Split;
  readonly indices: Int32Array;
  /** Images at once: the shape that the tokenizer's programs are already made for. */
  readonly batchSize: number;
  readonly step: number;
  /** The originals are shown once a run. */
  readonly withInputs: boolean;
}): Promise<MediaItem[]> {
  const { tokenizer, split, indices, batchSize, step, withInputs } = options;
  const { size } = split;
  const columns = gridColumns(indices.length);
  const names = Array.from(indices, (index) => split.attributes.name?.[index] ?? split.ids[index]!);
  const originals = await split.images(indices);

  /** Runs a program over the images in full batches. */
  const inBatches = async <T>(
    run: (images: HostTensor) => Promise<T>,
    take: (result: T, row: number) => void,
  ) => {
    for (let start = 0; start < indices.length; start += batchSize) {
      const rows = Array.from({ length: batchSize }, (_, i) =>
        Math.min(start + i, indices.length - 1),
      );
      const length = size * size * 3;
      const pixels = new Uint8Array(batchSize * length);
      rows.forEach((row, i) => {
        pixels.set(originals.subarray(row * length, (row + 1) * length), i * length);
      });
      const result = await run(hostTensor(toSignedUnit(pixels), [batchSize, size, size, 3]));
      for (let i = 0; i < batchSize && start + i < indices.length; i++) take(result, i);
    }
  };
  const takeImages = (into: Uint8Array[]) => (result: HostTensor, row: number) => {
    const length = size * size * 3;
    into.push(toUint8((result.data as Float32Array).subarray(row * length, (row + 1) * length)));
  };
  const asImages = (pixels: readonly Uint8Array[]) =>
    pixels.map((data) => unpackImages(data, size)[0]!);

  const { codebooks, factors } = tokenizer;
  const codes: Record<string, Int32Array[]> = Object.fromEntries(
    Object.keys(codebooks).map((name) => [name, []]),
  );
  const full: Uint8Array[] = [];
  await inBatches(
    (images) => throughCodes(tokenizer, images),
    ({ codes: written, reconstruction }, row) => {
      takeImages(full)(reconstruction, row);
      for (const [name, { data, shape }] of Object.entries(written)) {
        codes[name]!.push((data as Int32Array).slice(row * shape[1]!, (row + 1) * shape[1]!));
      }
    },
  );
  const padded = String(step).padStart(7, "0");
  const common = { columns, items: names };
  const grids = [
    ...(withInputs
      ? [
          pictureGrid(unpackImages(originals, size), {
            ...common,
            step: 0,
            name: "inputs",
            kind: "inputs",
            caption: `${indices.length} images of the ${split.name} split`,
          }),
        ]
      : []),
    pictureGrid(asImages(full), {
      ...common,
      step,
      name: `reconstructions-${padded}`,
      kind: "reconstructions",
      caption: `reconstructions at step ${step}`,
    }),
  ];
  for (const [codebook, { grid }] of Object.entries(codebooks))
    grids.push(
      pictureGrid(
        codes[codebook]!.map((row) => tokenMap(row, grid, size)),
        {
          ...common,
          step,
          codebook,
          name: `tokens-${codebook}-${padded}`,
          kind: "tokens",
          caption: `codes of ${codebook} at step ${step}, one colour a code`,
        },
      ),
    );
  for (const factor of factors.length > 1 ? factors : []) {
    const alone: Uint8Array[] = [];
    await inBatches((images) => tokenizer.reconstructFactor(images, factor), takeImages(alone));
    grids.push(
      pictureGrid(asImages(alone), {
        ...common,
        step,
        codebook: factor,
        name: `factor-${factor}-${padded}`,
        kind: "factor",
        caption: `decoded from ${factor} alone at step ${step}`,
      }),
    );
  }
  return Promise.all(grids);
}
