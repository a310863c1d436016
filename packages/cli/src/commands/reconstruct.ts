import { mkdirSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { contactSheet, encodePng, type Image, toSignedUnit } from "@fqgan/image";
import { createMetrics } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { openTokenizer, type PublishedFlags, publishedOptions } from "../open-tokenizer.js";
import { createStyle } from "../output/style.js";
import { UnusedNames } from "../output/unused-name.js";
import { writePicture } from "../output/write-picture.js";
import { findImages } from "../pictures/find-images.js";
import { type FitFlags, FittedTokenizer } from "../pictures/fitted-tokenizer.js";
import type { Globals } from "../program.js";

interface Reconstruction {
  readonly image: string;
  readonly written: string;
  /** Of what was reconstructed, pixels. */
  readonly width: number;
  readonly height: number;
  readonly fit: string;
  readonly psnr: number;
  readonly ssim: number;
  readonly bitsPerPixel: number;
}

/** Small pictures are enlarged to about this side, so that a small model's pixels can be seen. */
const SHOWN = 256;

export async function reconstruct(
  globals: Globals,
  paths: readonly string[],
  options: FitFlags & PublishedFlags & { readonly from?: string; readonly out?: string },
): Promise<number> {
  const images = findImages(paths);
  const { tokenizer, name, from } = await openTokenizer(
    globals.runs,
    options.from,
    publishedOptions(options),
  );
  // A whole photograph says more of a small model than the one square that fits it.
  const fitted = new FittedTokenizer(
    tokenizer,
    from === undefined ? { fit: "tile", ...options } : options,
  );
  const { dim } = createStyle(process.stderr);
  const say = (text: string) => {
    if (!globals.quiet) process.stderr.write(`${dim(text)}\n`);
  };
  say(`${name}; pictures show: ${["input", "reconstruction", ...alone(tokenizer)].join(" | ")}`);
  if (options.out !== undefined) mkdirSync(options.out, { recursive: true });
  const names = new UnusedNames();
  const results: Reconstruction[] = [];
  const rejected: { image: string; reason: string }[] = [];
  for (const image of images)
    try {
      const name = join(options.out ?? dirname(image), basename(image, extname(image)));
      const written = `${names.take(name)}.fqgan.png`;
      const result = await reconstructOne(image, { tokenizer, fitted, written, say });
      results.push(result);
      if (!globals.json) process.stdout.write(`${describe(result)}\n`);
    } catch (error) {
      // One bad file of a folder does not stop the others; a single one is the error.
      if (!(error instanceof UserError) || images.length === 1) throw error;
      rejected.push({ image, reason: error.message });
      process.stderr.write(`left out ${error.message}\n`);
    }
  if (globals.json)
    process.stdout.write(
      `${JSON.stringify({ tokenizer: from ?? "default", results, rejected }, null, 2)}\n`,
    );
  if (rejected.length > 0 && !globals.quiet)
    process.stderr.write(`${rejected.length} of ${images.length} could not be read\n`);
  return results.length === 0 ? EXIT.failed : EXIT.done;
}

/** Factors that are worth drawing by themselves. */
const factorsOf = ({ factors }: Tokenizer) => (factors.length > 1 ? factors : []);
const alone = (tokenizer: Tokenizer) => factorsOf(tokenizer).map((factor) => `${factor} alone`);

const describe = ({ written, width, height, fit, psnr, ssim, bitsPerPixel }: Reconstruction) =>
  `${written}  ${width}×${height} (${fit})  PSNR ${psnr.toFixed(2)} dB  SSIM ${ssim.toFixed(3)}  ` +
  `${bitsPerPixel.toFixed(2)} bits per pixel`;

async function reconstructOne(
  path: string,
  options: {
    readonly tokenizer: Tokenizer;
    readonly fitted: FittedTokenizer;
    readonly written: string;
    readonly say: (text: string) => void;
  },
): Promise<Reconstruction> {
  const { tokenizer, fitted, written, say } = options;
  const fit = await fitted.open(path);
  say(`${path}: ${fit.note}`);
  const full = await fitted.reconstruct(fit);
  const factors: Image[] = [];
  for (const name of factorsOf(tokenizer)) factors.push(await fitted.reconstructFactor(fit, name));
  const { picture, layout } = fit;
  const { width, height } = picture;
  const metrics = createMetrics([{ name: "psnr" }, { name: "ssim" }]);
  metrics.update({ images: { real: asTensor(picture), fake: asTensor(full) } });
  const values = Object.assign({}, ...(await metrics.compute()).map((result) => result.values));
  const scale = Math.max(1, Math.round(SHOWN / Math.max(width, height)));
  writePicture(written, await encodePng(contactSheet([[picture, full, ...factors]], { scale })));
  const bits = (tokenizer.bitsPerImage * layout.tile ** 2) / tokenizer.config.image.size ** 2;
  return {
    image: path,
    written,
    width,
    height,
    fit: fitted.fit,
    psnr: values.psnr,
    ssim: values.ssim,
    bitsPerPixel: (bits * layout.places.length) / (width * height),
  };
}

/** [1, H, W, 3] in [-1, 1] */
const asTensor = ({ data, width, height }: Image): HostTensor =>
  hostTensor(toSignedUnit(data), [1, height, width, 3]);
