import {
  cutTiles,
  decodeImage,
  type Image,
  joinTiles,
  type TileLayout,
  toSignedUnit,
  toUint8,
  unpackImages,
} from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { type Tokenizer, tokenizerAtSize } from "@fqgan/tokenizer";
import { type FitOptions, type Fitted, fits } from "./fit.js";

/** How the command line asks for it. */
export interface FitFlags {
  readonly fit?: string;
  readonly side: number;
  readonly overlap?: number;
}

/** Tiles go through a compiled model so many at a time. */
const BATCH = 8;

/** A tokenizer that takes pictures of any size by one of the `fits`. */
export class FittedTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #fit: string;
  readonly #options: FitOptions;
  /** By image size; those of other sizes than the tokenizer's own are its copies. */
  readonly #bySize = new Map<number, Tokenizer>();

  constructor(tokenizer: Tokenizer, { fit = "crop", side, overlap }: FitFlags) {
    const { size } = tokenizer.config.image;
    this.#tokenizer = tokenizer;
    this.#fit = fits.get(fit).name;
    const [rows] = tokenizer.grid;
    // one row where positions have no place in the image
    const factor = rows > 1 ? size / rows : size;
    this.#options = { size, factor, side, overlap: overlap ?? Math.round(size / 8) };
    this.#bySize.set(size, tokenizer);
  }

  /** Names the strategy. */
  get fit(): string {
    return this.#fit;
  }

  async open(path: string): Promise<Fitted> {
    const image = await decodeImage(path, { alpha: "white" });
    return fits.get(this.#fit).fit(image, this.#options);
  }

  /** The picture drawn from all codes. */
  reconstruct({ picture, layout }: Fitted): Promise<Image> {
    return this.#through(picture, layout, (tokenizer, images) => tokenizer.reconstruct(images));
  }

  /** The picture drawn from one codebook alone. */
  reconstructFactor({ picture, layout }: Fitted, name: string): Promise<Image> {
    return this.#through(picture, layout, (tokenizer, images) =>
      tokenizer.reconstructFactor(images, name),
    );
  }

  /** [tiles, N] for each codebook */
  async encode({ picture, layout }: Fitted): Promise<Record<string, HostTensor>> {
    const tokenizer = await this.#atSize(layout.tile);
    const parts: Record<string, HostTensor>[] = [];
    for (const { images, count } of batches(cutTiles(picture, layout), layout.tile))
      parts.push(rows(await tokenizer.encode(images), 0, count));
    return concatRows(parts);
  }

  /** @param codes [tiles, N] for each codebook */
  async decode(codes: Readonly<Record<string, HostTensor>>, layout: TileLayout): Promise<Image> {
    const tokenizer = await this.#atSize(layout.tile);
    const total = layout.places.length;
    const batch = Math.min(BATCH, total);
    const tiles: Image[] = [];
    for (let first = 0; first < total; first += batch) {
      const count = Math.min(batch, total - first);
      const padded = rows(codes, first, count, batch);
      tiles.push(...pictures(await tokenizer.decode(padded)).slice(0, count));
    }
    return joinTiles(tiles, layout);
  }

  async #through(
    picture: Image,
    layout: TileLayout,
    run: (tokenizer: Tokenizer, images: HostTensor) => Promise<HostTensor>,
  ): Promise<Image> {
    const tokenizer = await this.#atSize(layout.tile);
    const tiles: Image[] = [];
    for (const { images, count } of batches(cutTiles(picture, layout), layout.tile))
      tiles.push(...pictures(await run(tokenizer, images)).slice(0, count));
    return joinTiles(tiles, layout);
  }

  async #atSize(size: number): Promise<Tokenizer> {
    const known = this.#bySize.get(size);
    if (known) return known;
    const fitted = await tokenizerAtSize(this.#tokenizer, size);
    this.#bySize.set(size, fitted);
    return fitted;
  }
}

/** Equal batches, since a program is compiled for one shape: the last is filled up with its last image. */
function* batches(images: readonly Image[], size: number) {
  const batch = Math.min(BATCH, images.length);
  for (let first = 0; first < images.length; first += batch) {
    const pixels = new Uint8Array(batch * size * size * 3);
    for (let i = 0; i < batch; i++)
      pixels.set(images[Math.min(first + i, images.length - 1)]!.data, i * size * size * 3);
    const tensor = hostTensor(toSignedUnit(pixels), [batch, size, size, 3]);
    yield { images: tensor, count: Math.min(batch, images.length - first) };
  }
}

const pictures = ({ data, shape }: HostTensor): Image[] =>
  unpackImages(toUint8(data as Float32Array), shape[1]!);

/** Rows of [T, N] for each codebook; with `total`, the last is repeated up to so many. */
function rows(
  codes: Readonly<Record<string, HostTensor>>,
  first: number,
  count: number,
  total = count,
): Record<string, HostTensor> {
  const entries = Object.entries(codes).map(([name, { data, shape }]) => {
    const length = shape[1]!;
    const part = new Int32Array(total * length);
    for (let i = 0; i < total; i++) {
      const row = first + Math.min(i, count - 1);
      part.set(data.subarray(row * length, (row + 1) * length), i * length);
    }
    return [name, hostTensor(part, [total, length])] as const;
  });
  return Object.fromEntries(entries);
}

function concatRows(parts: readonly Record<string, HostTensor>[]): Record<string, HostTensor> {
  const names = Object.keys(parts[0] ?? {});
  if (names.length === 0) throw new UserError("this tokenizer has no codes to write");
  return Object.fromEntries(
    names.map((name) => {
      const values = parts.flatMap((part) => [...part[name]!.data]);
      const length = parts[0]![name]!.shape[1]!;
      return [name, hostTensor(Int32Array.from(values), [values.length / length, length])];
    }),
  );
}
