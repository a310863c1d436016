import { readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { type Extractor, loadExtractor } from "@fqgan/features";
import { centreCrop, decodeImage, IMAGE_EXTENSIONS, toSignedUnit, toUint8 } from "@fqgan/image";
import { createMetrics, firstRows } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { loadTokenizer, type Tokenizer } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { describeTokenizer, tokenizerFacts } from "../output/describe-tokenizer.js";
import { formatDuration, formatRate } from "../output/format.js";
import type { Globals } from "../program.js";
import { judge, PUBLISHED_IMAGES, publishedTokenizer, type Verdict } from "../published.js";

const BATCH = 4;

interface VerifyOptions {
  readonly data: string;
  readonly inception?: string;
  readonly weights?: "model" | "ema";
  readonly images?: number;
}

/** A published checkpoint against what its paper says of it. */
export async function verifyOfficial(
  globals: Globals,
  file: string,
  options: VerifyOptions,
): Promise<number> {
  const { data, inception, weights = "model" } = options;
  const all = imagesBelow(data);
  const images = all.slice(0, options.images ?? all.length);
  const tokenizer = await loadTokenizer(file, { weights });
  const facts = tokenizerFacts(tokenizer);
  const published = publishedTokenizer(facts, file);
  const say = (text: string) => {
    if (!globals.quiet) process.stderr.write(`${text}\n`);
  };
  say(describeTokenizer(facts));
  if (images.length !== PUBLISHED_IMAGES)
    say(
      `${images.length.toLocaleString("en")} images: the paper's numbers are of all ` +
        `${PUBLISHED_IMAGES.toLocaleString("en")} of ImageNet's validation set, so nothing is judged by these`,
    );
  if (inception === undefined)
    say(
      "no rFID: give --inception pt_inception-2015-12-05-6726825d.pth, the network it is defined by",
    );
  const network =
    inception === undefined
      ? undefined
      : await loadExtractor({ name: "inception", weights: inception });
  const measured = await measure(images, { tokenizer, network, say });
  const verdicts = judge(published, measured, images.length);
  if (globals.json)
    process.stdout.write(
      `${JSON.stringify({ file, data, weights, images: images.length, ...facts, verdicts }, null, 2)}\n`,
    );
  else process.stdout.write(table(verdicts));
  return verdicts.some(({ verdict }) => verdict === "differs") ? EXIT.failed : EXIT.done;
}

function table(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ metric, paper, measured, tolerance, verdict }) => [
    metric === "rfid" ? "rFID" : "PSNR",
    paper.toFixed(2),
    measured?.toFixed(2) ?? "-",
    `±${tolerance}`,
    verdict,
  ]);
  return [["", "paper", "here", "within", ""], ...rows]
    .map(
      ([name, ...cells]) => `${name!.padEnd(4)}${cells.map((cell) => cell.padStart(11)).join("")}`,
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** Every image in a folder and the folders in it, in order. */
export function imagesBelow(folder: string): string[] {
  const found = statSync(folder, { throwIfNoEntry: false });
  const missing = `${folder}: expected the folder of ImageNet's validation images (ILSVRC2012_img_val, flat or a folder for each class)`;
  if (!found?.isDirectory())
    throw new UserError(
      `${missing}, found ${found ? "a file" : "nothing"}; they come from image-net.org, not from here`,
    );
  const images = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && IMAGE_EXTENSIONS.includes(extname(entry.name).toLowerCase()),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (images.length === 0) throw new UserError(`${missing}, found no images in it`);
  return images;
}

/** As the reference's code reads them: orientation tags are ignored. */
const decode = (path: string) => decodeImage(path, { orientation: "stored" });

/** rFID and PSNR over centre crops, reconstructions rounded to 8 bits as they would be saved. */
export async function measure(
  images: readonly string[],
  options: {
    readonly tokenizer: Tokenizer;
    readonly network: Extractor | undefined;
    readonly say: (text: string) => void;
  },
): Promise<{ rfid?: number; psnr?: number }> {
  const { tokenizer, network, say } = options;
  const { size } = tokenizer.config.image;
  const metrics = createMetrics([{ name: "psnr" }, ...(network ? [{ name: "fid" }] : [])], {
    ...(network && { extractor: network }),
  });
  const started = performance.now();
  for (let first = 0; first < images.length; first += BATCH) {
    const part = images.slice(first, first + BATCH);
    const pixels = new Uint8Array(BATCH * size * size * 3);
    for (const [i, path] of part.entries())
      pixels.set(centreCrop(await decode(path), size).data, i * size * size * 3);
    const padded = hostTensor(toSignedUnit(pixels), [BATCH, size, size, 3]);
    const drawn = asSaved(await tokenizer.reconstruct(padded));
    const real = firstRows(padded, part.length);
    const fake = firstRows(drawn, part.length);
    const features = network && {
      real: await network.features(real),
      fake: await network.features(fake),
    };
    metrics.update({ images: { real, fake }, ...(features && { features }) });
    const done = first + part.length;
    const rate = (1000 * done) / (performance.now() - started);
    if (done % (25 * BATCH) === 0)
      say(
        `${done} of ${images.length}  ${formatRate(rate)}  left ${formatDuration((images.length - done) / rate)}`,
      );
  }
  const values = Object.assign({}, ...(await metrics.compute()).map((result) => result.values));
  return { psnr: values.psnr, ...(network && { rfid: values.fid }) };
}

const asSaved = ({ data, shape }: HostTensor): HostTensor =>
  hostTensor(toSignedUnit(toUint8(data as Float32Array)), shape);
