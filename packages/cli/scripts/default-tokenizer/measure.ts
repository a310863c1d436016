/**
 * Measures the default tokenizer on what it never saw, and draws docs/images/default-tokenizer.png:
 *
 *   npx tsx --conditions=@fqgan/source packages/cli/scripts/default-tokenizer/measure.ts --photographs photographs
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDataset } from "@fqgan/data";
import { evaluateTokenizer } from "@fqgan/experiment";
import {
  contactSheet,
  encodePng,
  type Image,
  toSignedUnit,
  toUint8,
  unpackImages,
} from "@fqgan/image";
import { createMetrics } from "@fqgan/metrics";
import { hostTensor } from "@fqgan/tensor";
import { defaultTokenizer, loadTokenizer } from "@fqgan/tokenizer";
import { FittedTokenizer } from "../../src/pictures/fitted-tokenizer.js";
import { batchOf } from "./crops.js";
import { type Photograph, photographs } from "./photographs.js";

const { values: flags } = parseArgs({
  options: {
    photographs: { type: "string", default: "photographs" },
    model: { type: "string" },
    out: { type: "string", default: "docs/images/default-tokenizer.png" },
  },
});
const SIDE = 256;
const EMOJI = [10, 60, 130, 240];
/** Held-out photographs that may be shown with their author's name. */
const isFree = ({ licence }: Photograph) => licence === "CC-BY-4.0" || licence === "CC0-1.0";

const tokenizer = await loadTokenizer(flags.model ?? defaultTokenizer);
const fitted = new FittedTokenizer(tokenizer, { fit: "tile", side: SIDE });
const asTensor = ({ data, width, height }: Image) =>
  hostTensor(toSignedUnit(data), [1, height, width, 3]);

const all = createMetrics([{ name: "psnr" }, { name: "ssim" }]);
const rows: Image[][] = [];
for (const photograph of photographs.filter(({ heldOut }) => heldOut)) {
  const picture = await fitted.open(join(flags.photographs, photograph.file));
  const full = await fitted.reconstruct(picture);
  const one = createMetrics([{ name: "psnr" }, { name: "ssim" }]);
  for (const metrics of [all, one])
    metrics.update({ images: { real: asTensor(picture.picture), fake: asTensor(full) } });
  console.log(
    photograph.file,
    (await one.compute()).map(({ values }) => JSON.stringify(values)).join(" "),
  );
  if (!isFree(photograph)) continue;
  const factors: Image[] = [];
  for (const name of tokenizer.factors) factors.push(await fitted.reconstructFactor(picture, name));
  rows.push([picture.picture, full, ...factors]);
}
console.log(
  "held-out photographs",
  (await all.compute()).map(({ values }) => JSON.stringify(values)).join(" "),
);

const { splits } = await loadDataset({ name: "emoji", size: tokenizer.config.image.size });
const { results } = await evaluateTokenizer({
  tokenizer,
  split: splits.test,
  batchSize: 16,
  metrics: [{ name: "psnr" }, { name: "ssim" }, { name: "codebook-usage" }],
});
console.log("emoji test", results.map(({ values }) => JSON.stringify(values)).join(" "));

const emoji = batchOf(unpackImages(await splits.test.images(EMOJI), tokenizer.config.image.size));
const drawn = [emoji, await tokenizer.reconstruct(emoji)];
for (const name of tokenizer.factors) drawn.push(await tokenizer.reconstructFactor(emoji, name));

const strips = drawn.map(({ data, shape }) =>
  contactSheet([unpackImages(toUint8(data as Float32Array), shape[1]!)], { gap: 0 }),
);
const sheets = [...rows, strips].map((row) => contactSheet([row], { gap: 4 }));
writeFileSync(flags.out, await encodePng(stack(sheets)));
process.exit(0);

/** One below another on white, as wide as the widest. */
function stack(images: readonly Image[]): Image {
  const width = Math.max(...images.map((image) => image.width));
  const height = images.reduce((sum, image) => sum + image.height, 0);
  const data = new Uint8Array(width * height * 3).fill(255);
  let row = 0;
  for (const image of images)
    for (let y = 0; y < image.height; y++, row++) {
      const line = image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3);
      data.set(line, row * width * 3);
    }
  return { width, height, channels: 3, data };
}
