import { statSync } from "node:fs";
import {
  type AuditedTokenizer,
  auditedTokenizer,
  availableProtocols,
  chooseProtocols,
  evaluatePairs,
  type ImageSource,
  openImages,
  tokenizerReconstructor,
} from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import { loadTokenizer } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { describeTokenizer, tokenizerFacts } from "../output/describe-tokenizer.js";
import { imageProgress, keeping } from "../output/image-progress.js";
import { rejectedLines } from "../output/protocol-table.js";
import type { Globals } from "../program.js";
import { judge, PUBLISHED_IMAGES, publishedTokenizer, type Verdict } from "../published.js";

/** Images through the tokenizer at once. */
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
  const { data, inception, weights = "model", images: limit } = options;
  requireFolder(data);
  const tokenizer = await loadTokenizer(file, { weights });
  const facts = tokenizerFacts(tokenizer);
  const published = publishedTokenizer(facts, file);
  const say = (text: string) => {
    if (!globals.quiet) process.stderr.write(`${text}\n`);
  };
  say(describeTokenizer(facts));
  if (inception === undefined)
    say(
      "no rFID: give --inception pt_inception-2015-12-05-6726825d.pth, the network it is defined by",
    );
  const source = await openImages(data, { limit, size: tokenizer.config.image.size });
  if (source.count !== PUBLISHED_IMAGES)
    say(
      `${source.count.toLocaleString("en")} images: the paper's numbers are of all ` +
        `${PUBLISHED_IMAGES.toLocaleString("en")} of ImageNet's validation set, so nothing is judged by these`,
    );
  const audited = await auditedTokenizer(tokenizer, file);
  const { images, ...measured } = await measure(globals, source, { tokenizer: audited, inception });
  audited.dispose();
  const verdicts = judge(published, measured, images);
  if (globals.json)
    process.stdout.write(
      `${JSON.stringify({ file, data, weights, images, ...facts, verdicts }, null, 2)}\n`,
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

/** Refuses what can't be ImageNet's validation images. */
function requireFolder(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found?.isDirectory())
    throw new UserError(
      `${folder}: expected the folder of ImageNet's validation images (ILSVRC2012_img_val, flat or a folder ` +
        `for each class), found ${found ? "a file" : "nothing"}; they come from image-net.org, not from here`,
    );
}

/** rFID and PSNR over centre crops, reconstructions rounded to 8 bits as they would be saved. */
export async function measure(
  globals: Globals,
  source: ImageSource,
  options: {
    readonly tokenizer: AuditedTokenizer;
    readonly inception: string | undefined;
  },
): Promise<{ readonly images: number; readonly rfid?: number; readonly psnr?: number }> {
  const { tokenizer, inception } = options;
  const progress = imageProgress(globals);
  const evaluation = await evaluatePairs({
    real: source,
    fake: await tokenizerReconstructor(tokenizer, { batchSize: BATCH }),
    protocols: chooseProtocols(availableProtocols({ inception }), {
      protocols: ["pixels", ...(inception === undefined ? [] : ["adm"])],
      metrics: ["psnr", ...(inception === undefined ? [] : ["fid"])],
    }),
    onImages: progress.update,
    keep: keeping(globals),
  });
  progress.close();
  evaluation.forget();
  for (const line of rejectedLines(evaluation)) process.stderr.write(`${line}\n`);
  const { psnr, fid } = Object.assign(
    {},
    ...evaluation.outcomes.flatMap(({ results }) => results.map(({ values }) => values)),
  );
  return { images: evaluation.counts.real, psnr, ...(fid !== undefined && { rfid: fid }) };
}
