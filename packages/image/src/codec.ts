/** Image files through sharp (libvips). */
import { readFile, stat } from "node:fs/promises";
import { UserError } from "@fqgan/registry";
import type { Sharp, SharpOptions } from "sharp";
import { compositeOn, dropAlpha } from "./alpha.js";
import { cmykToRgba } from "./cmyk.js";
import type { Image } from "./image.js";

/** File name extensions that are read as images, lower case. */
export const IMAGE_EXTENSIONS: readonly string[] = [".png", ".jpg", ".jpeg", ".webp"];

const FORMATS = ["png", "jpeg", "webp"];

/** What becomes of transparency. */
export type AlphaRule = "drop" | "white" | "keep";

/** What becomes of a photograph's orientation. */
export type OrientationRule = "upright" | "stored";

/** How a picture is decoded. */
export interface DecodeOptions {
  /** Names the image in errors; default: the path. */
  readonly where?: string;
  /**
   * `drop` (default) forgets it as PIL's convert("RGB") does, `white` composites on white, `keep` returns
   * four channels.
   */
  readonly alpha?: AlphaRule;
  /**
   * `upright` (default) turns the picture as its EXIF tag says, as PIL's ImageOps.exif_transpose does; `stored`
   * leaves it as it lies in the file, as PIL opens it, and with it the tools that published numbers come from.
   */
  readonly orientation?: OrientationRule;
}

/** sharp is loaded at the first use: it costs a command that reads no image nothing. */
async function openSharp(bytes: Uint8Array, orientation: OrientationRule): Promise<Sharp> {
  const { default: sharp } = await import("sharp");
  // as PIL opens files: no colour management, the first frame only
  const options: SharpOptions = {
    failOn: "error",
    ignoreIcc: true,
    autoOrient: orientation === "upright",
  };
  return sharp(bytes, options);
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new UserError(`${path}: expected an image, got a folder`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: can't be read (${reasonOf(error)}); check the path`);
  }
}

/**
 * PNG, JPEG or WebP → [H, W, 3] uint8 RGB with the values PIL gives. Anything else, damaged files and
 * 16-bit images (which PIL saturates silently) are a UserError that names the file.
 */
export async function decodeImage(
  source: string | Uint8Array,
  options: DecodeOptions = {},
): Promise<Image> {
  const where = options.where ?? (typeof source === "string" ? source : "image");
  const bytes = typeof source === "string" ? await readBytes(source) : source;
  if (bytes.length === 0)
    throw new UserError(`${where}: expected an image, got 0 bytes; remove it`);
  try {
    const { alpha = "drop", orientation = "upright" } = options;
    return await decode(bytes, where, { alpha, orientation });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${where}: expected a PNG, JPEG or WebP image, got ${bytes.length} bytes that can't be decoded ` +
        `(${reasonOf(error).replaceAll(/\s+/g, " ").trim()}); replace or remove it`,
    );
  }
}

async function decode(
  bytes: Uint8Array,
  where: string,
  { alpha, orientation }: Required<Pick<DecodeOptions, "alpha" | "orientation">>,
): Promise<Image> {
  const image = await openSharp(bytes, orientation);
  const { format, depth, space } = await image.metadata();
  if (!FORMATS.includes(format))
    throw new UserError(`${where}: expected PNG, JPEG or WebP, got ${format}; convert it first`);
  if (depth !== "uchar")
    throw new UserError(
      `${where}: expected 8 bits a channel, got ${depth === "ushort" ? "16" : depth}; convert it first`,
    );
  const rgba =
    space === "cmyk"
      ? cmykToRgba(await pixelsOf(image.pipelineColourspace("cmyk").toColourspace("cmyk")))
      : await pixelsOf(image.toColourspace("srgb").ensureAlpha());
  return ALPHA_RULES[alpha](rgba);
}

async function pixelsOf(image: Sharp): Promise<Image> {
  const { info, data } = await image.raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    channels: info.channels,
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
  };
}

const ALPHA_RULES: Record<AlphaRule, (rgba: Image) => Image> = {
  drop: dropAlpha,
  white: (rgba) => compositeOn(rgba),
  keep: (rgba) => rgba,
};

/** An image of 1, 3 or 4 channels as the bytes of a PNG file; the same image gives the same bytes. */
export async function encodePng(image: Image): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  const { width, height, data } = image;
  const channels = image.channels as 1 | 3 | 4;
  const encoded = await sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png({ compressionLevel: 9 })
    .toBuffer();
  return new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.length);
}

/**
 * A drawing as the bytes of a PNG, `scale` pixels for each of its units; text needs fonts on this machine.
 * @param svg of our own making: it is parsed as it is
 */
export async function rasterizeSvg(
  svg: string,
  { scale = 2 }: { readonly scale?: number } = {},
): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  // An SVG's unit is a pixel at 72 dots an inch.
  return sharp(Buffer.from(svg), { density: 72 * scale })
    .png()
    .toBuffer();
}
