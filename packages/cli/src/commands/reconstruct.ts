import { mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { findRun, loadRunTokenizer } from "@fqgan/experiment";
import {
  centreCrop,
  contactSheet,
  decodeImage,
  encodePng,
  IMAGE_EXTENSIONS,
  type Image,
  toSignedUnit,
  toUint8,
  unpackImages,
} from "@fqgan/image";
import { createMetrics } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { createStyle } from "../output/style.js";
import { writePicture } from "../output/write-picture.js";
import type { Globals } from "../program.js";

interface Reconstruction {
  readonly image: string;
  readonly written: string;
  readonly psnr: number;
  readonly ssim: number;
  readonly bitsPerPixel: number;
}

/** Pictures are enlarged to about this side, so that a small model's pixels can be seen. */
const SHOWN = 256;

function imagesAt(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UserError(`${path}: expected an image or a folder, found nothing`);
  if (!found.isDirectory()) return [path];
  const images = readdirSync(path)
    .filter((name) => IMAGE_EXTENSIONS.includes(extname(name).toLowerCase()))
    .filter((name) => !name.includes(".fqgan."))
    .sort()
    .map((name) => join(path, name));
  if (images.length === 0)
    throw new UserError(
      `${path}: expected images (${IMAGE_EXTENSIONS.join(", ")}), found none; give another folder`,
    );
  return images;
}

export async function reconstruct(
  globals: Globals,
  path: string,
  options: { readonly from?: string; readonly out?: string },
): Promise<number> {
  const images = imagesAt(path);
  const run = findRun(globals.runs, "tokenizer", options.from);
  const tokenizer = await loadRunTokenizer(run.folder);
  const { size } = tokenizer.config.image;
  const { dim } = createStyle(process.stderr);
  if (!globals.quiet)
    process.stderr.write(
      dim(`${run.config.label} (${run.config.id}): images are centre-cropped to ${size}×${size}\n`),
    );
  if (options.out !== undefined) mkdirSync(options.out, { recursive: true });
  const results: Reconstruction[] = [];
  const rejected: { image: string; reason: string }[] = [];
  for (const image of images)
    try {
      const result = await reconstructOne(tokenizer, image, options.out ?? dirname(image));
      results.push(result);
      if (!globals.json) process.stdout.write(`${describe(result)}\n`);
    } catch (error) {
      // One bad file of a folder does not stop the others; a single one is the error.
      if (!(error instanceof UserError) || images.length === 1) throw error;
      rejected.push({ image, reason: error.message });
      process.stderr.write(`left out ${error.message}\n`);
    }
  if (globals.json)
    process.stdout.write(`${JSON.stringify({ run: run.config.id, results, rejected }, null, 2)}\n`);
  if (rejected.length > 0 && !globals.quiet)
    process.stderr.write(`${rejected.length} of ${images.length} could not be read\n`);
  return results.length === 0 ? EXIT.failed : EXIT.done;
}

const describe = ({ written, psnr, ssim, bitsPerPixel }: Reconstruction) =>
  `${written}  PSNR ${psnr.toFixed(2)} dB  SSIM ${ssim.toFixed(3)}  ${bitsPerPixel.toFixed(2)} bits per pixel`;

async function reconstructOne(
  tokenizer: Tokenizer,
  path: string,
  folder: string,
): Promise<Reconstruction> {
  const { size } = tokenizer.config.image;
  const original = centreCrop(await decodeImage(path, { alpha: "white" }), size);
  const input = hostTensor(toSignedUnit(original.data), [1, size, size, 3]);
  const full = asImage(await tokenizer.reconstruct(input));
  const { factors } = tokenizer;
  const alone: Image[] = [];
  if (factors.length > 1)
    for (const name of factors) alone.push(asImage(await tokenizer.reconstructFactor(input, name)));
  const metrics = createMetrics([{ name: "psnr" }, { name: "ssim" }]);
  metrics.update({
    images: { real: input, fake: hostTensor(toSignedUnit(full.data), [1, size, size, 3]) },
  });
  const values = Object.assign({}, ...(await metrics.compute()).map((result) => result.values));
  const written = join(folder, `${basename(path, extname(path))}.fqgan.png`);
  const sheet = contactSheet([[original, full, ...alone]], {
    scale: Math.max(1, Math.round(SHOWN / size)),
  });
  writePicture(written, await encodePng(sheet));
  return {
    image: path,
    written,
    psnr: values.psnr,
    ssim: values.ssim,
    bitsPerPixel: tokenizer.bitsPerImage / size ** 2,
  };
}

function asImage({ data, shape }: HostTensor): Image {
  return unpackImages(toUint8(data as Float32Array), shape[1]!)[0]!;
}
