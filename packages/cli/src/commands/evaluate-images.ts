import { existsSync, statSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import {
  evaluatePairs,
  evaluateSets,
  findRun,
  finite,
  type ImageEvaluation,
  labelled,
  openGenerated,
  openImages,
  referenceFile,
  tokenizerReconstructor,
} from "@fqgan/experiment";
import { openNpz, type ReferenceStatistics, readReference } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { imageProgress } from "../output/image-progress.js";
import { protocolLines, rejectedLines } from "../output/protocol-table.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";
import { openAudited } from "./audited-tokenizer.js";
import { type ProtocolOptions, protocolsOf } from "./protocol-options.js";

interface ImageOptions extends ProtocolOptions {
  readonly real: string;
  readonly fake: string;
  readonly size?: number;
  readonly limit?: number;
}

const isImages = (path: string) =>
  existsSync(path) && (statSync(path).isDirectory() || extname(path) === ".npz");

export async function evaluateReconstruction(
  globals: Globals,
  options: ImageOptions,
): Promise<number> {
  const { real, fake, size, limit } = options;
  const progress = imageProgress(globals);
  if (isImages(fake)) {
    const protocols = protocolsOf(
      options,
      ["images", "perceptual", "features", "spatial", "logits"],
      size,
    );
    const evaluation = await evaluatePairs({
      real: await openImages(real, { size, limit }),
      fake: await openImages(fake, { size, limit }),
      protocols,
      onImages: progress.update,
    });
    progress.close();
    return print(globals, evaluation);
  }
  const tokenizer = await openAudited(globals, fake, {});
  try {
    const protocols = protocolsOf(
      options,
      ["images", "perceptual", "features", "spatial", "logits", "codes"],
      tokenizer.size,
    );
    const evaluation = await evaluatePairs({
      real: await openImages(real, { size: tokenizer.size, limit }),
      fake: await tokenizerReconstructor(tokenizer, { batchSize: 16 }),
      protocols,
      onImages: progress.update,
    });
    progress.close();
    return print(globals, evaluation, { tokenizer: tokenizer.name, hash: tokenizer.hash });
  } finally {
    tokenizer.dispose();
  }
}

export async function evaluateGeneration(
  globals: Globals,
  options: ImageOptions & { readonly count: number; readonly seed: number },
): Promise<number> {
  const { real, fake, size, limit, count, seed } = options;
  const { reference, images } = await openReal(real, { size, limit });
  const progress = imageProgress(globals);
  const evaluation = await evaluateSets({
    real: images,
    reference,
    fake: isImages(fake)
      ? await openImages(fake, { size, limit })
      : await openGenerated(findRun(globals.runs, "generator", fake), { count, seed }),
    protocols: protocolsOf(options, ["features", "spatial", "logits"]),
    onImages: progress.update,
  });
  progress.close();
  return print(globals, evaluation);
}

/** Real images, their statistics, or both, as ADM's reference files hold. */
async function openReal(
  path: string,
  options: { size?: number | undefined; limit?: number | undefined },
): Promise<{
  readonly reference?: ReferenceStatistics;
  readonly images?: Awaited<ReturnType<typeof openImages>>;
}> {
  if (extname(path) !== ".npz") return { images: await openImages(path, options) };
  const { names, read } = await openNpz(path);
  const statistics = names.filter((name) => /^(mu|sigma)(_s)?$|^fqgan_protocol$/.test(name));
  const arrays = Object.fromEntries(
    await Promise.all(statistics.map(async (name) => [name, await read(name)] as const)),
  );
  return {
    ...(statistics.includes("mu") && { reference: readReference(arrays, path) }),
    ...(names.includes("arr_0") && { images: await openImages(path, options) }),
    ...(!statistics.includes("mu") && { images: await openImages(path, options) }),
  };
}

export async function evaluateStatistics(
  globals: Globals,
  options: ProtocolOptions & {
    readonly images: string;
    readonly out: string;
    readonly size?: number;
    readonly limit?: number;
  },
): Promise<number> {
  const { images: path, out, size, limit } = options;
  const networks = protocolsOf(options, ["features", "spatial", "logits"]).filter(
    ({ extractor }) => extractor,
  );
  const [protocol] = networks;
  const same = networks.every(
    ({ extractor }) => JSON.stringify(extractor) === JSON.stringify(protocol?.extractor),
  );
  if (!protocol?.extractor || !same)
    throw new UserError(
      `--protocol: expected the one whose statistics to save, got ${networks.map(({ name }) => name).join(", ")}; ` +
        "name one, such as --protocol adm",
    );
  const progress = imageProgress(globals);
  const images = await openImages(path, { size, limit });
  const made = await referenceFile({
    images,
    extractor: protocol.extractor,
    onImages: progress.update,
  });
  progress.close();
  writeFileSync(out, made.bytes);
  for (const line of rejectedLines(made)) process.stderr.write(`${line}\n`);
  const result = { out, protocol: protocol.name, count: made.count, rejected: made.rejected };
  process.stdout.write(
    globals.json
      ? `${JSON.stringify(result, null, 2)}\n`
      : `${out}: mu and sigma of ${made.count} images by ${protocol.title}\n`,
  );
  return EXIT.done;
}

function print(
  globals: Globals,
  evaluation: ImageEvaluation,
  of: Readonly<Record<string, string>> = {},
): number {
  for (const line of rejectedLines(evaluation)) process.stderr.write(`${line}\n`);
  if (globals.json) {
    const { outcomes, ...rest } = evaluation;
    const protocols = outcomes.map(({ protocol, network, results, failures }) => ({
      name: protocol.name,
      title: protocol.title,
      network,
      results: results.map((result) => ({ ...result, labelled: labelled(result) })),
      failures,
    }));
    process.stdout.write(`${JSON.stringify({ ...of, ...rest, protocols }, finite, 2)}\n`);
  } else {
    const lines = protocolLines(evaluation, createStyle(process.stdout));
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  const computed = evaluation.outcomes.some(({ results }) => results.length > 0);
  return computed ? EXIT.done : EXIT.failed;
}
