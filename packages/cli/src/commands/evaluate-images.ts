import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import {
  evaluatePairs,
  evaluateSets,
  type FoundRun,
  findRun,
  finite,
  type ImageEvaluation,
  type ImageSource,
  labelled,
  openGenerated,
  openImages,
  openReference,
  readTaught,
  referenceFile,
  type TeachingNetwork,
  teacherWarnings,
  tokenizerReconstructor,
} from "@fqgan/experiment";
import type { OrientationRule } from "@fqgan/image";
import { openNpz, type ReferenceStatistics, readReference } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { isCheckpoint } from "../open-tokenizer.js";
import { imageProgress, keeping } from "../output/image-progress.js";
import { protocolLines, rejectedLines } from "../output/protocol-table.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";
import { openAudited } from "./audited-tokenizer.js";
import { type ProtocolOptions, protocolsOf } from "./protocol-options.js";

interface SourceOptions {
  readonly size?: number;
  readonly limit?: number;
  readonly orientation?: OrientationRule;
}

interface ImageOptions extends SourceOptions, ProtocolOptions {
  readonly real: string;
  readonly fake: string;
}

/** A folder of files or an .npz; a run's folder is a model. */
const isImages = (path: string) =>
  existsSync(path) &&
  (statSync(path).isDirectory()
    ? !existsSync(join(path, "config.json"))
    : extname(path) === ".npz");

const sourceOf = ({ size, limit, orientation }: SourceOptions) => ({ size, limit, orientation });

export async function evaluateReconstruction(
  globals: Globals,
  options: ImageOptions,
): Promise<number> {
  const { real, fake, size } = options;
  const source = sourceOf(options);
  const progress = imageProgress(globals);
  if (isImages(fake)) {
    const protocols = protocolsOf(
      options,
      ["images", "perceptual", "features", "spatial", "logits"],
      size,
    );
    const evaluation = await evaluatePairs({
      real: await openImages(real, source),
      fake: await openImages(fake, source),
      protocols,
      onImages: progress.update,
      keep: keeping(globals),
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
      real: await openImages(real, { ...source, size: tokenizer.size }),
      fake: await tokenizerReconstructor(tokenizer, { batchSize: 16 }),
      protocols,
      onImages: progress.update,
      keep: keeping(globals),
    });
    progress.close();
    const told = withTeachers(evaluation, isCheckpoint(fake) ? [] : taughtRun(globals, fake));
    return print(globals, told, { tokenizer: tokenizer.name, hash: tokenizer.hash });
  } finally {
    tokenizer.dispose();
  }
}

interface GenerationOptions extends SourceOptions, ProtocolOptions {
  readonly real?: string;
  readonly fake?: string;
  readonly count?: number;
  readonly seed?: number;
}

/** Samples, of a generator run or in files, against real images: the run's own, or others. */
export async function evaluateGeneration(
  globals: Globals,
  samples: string | undefined,
  options: GenerationOptions,
): Promise<number> {
  const { real, count, seed } = options;
  const judged = samples ?? options.fake;
  const isDrawn = judged === undefined || !isImages(judged);
  const run = isDrawn ? findRun(globals.runs, "generator", judged) : undefined;
  const protocols = protocolsOf(options, ["features", "spatial", "logits"]);
  const reals = await openReal(globals, { ...options, run });
  const progress = imageProgress(globals);
  const evaluation = await evaluateSets({
    real: reals.images,
    reference: reals.reference,
    fake: run
      ? await openGenerated(run, {
          count,
          seed,
          classes: real === undefined ? "as-in-data" : "equal",
        })
      : await openImages(judged!, sourceOf(options)),
    protocols,
    onImages: progress.update,
    keep: keeping(globals),
  });
  progress.close();
  const decoder = run?.config.inputs.tokenizer;
  const taught = run && decoder ? readTaught(join(dirname(run.folder), decoder)) : [];
  return print(globals, withTeachers(evaluation, taught), run && { generator: run.config.id });
}

const taughtRun = (globals: Globals, reference: string) =>
  readTaught(findRun(globals.runs, "tokenizer", reference).folder);

/** Warns where one of the networks that judge taught the tokenizer. */
function withTeachers(
  evaluation: ImageEvaluation,
  taught: readonly TeachingNetwork[],
): ImageEvaluation {
  const warnings = teacherWarnings(
    evaluation.outcomes.map(({ network }) => network),
    taught,
  );
  return { ...evaluation, warnings: [...evaluation.warnings, ...warnings] };
}

/** Real images, their statistics, or both, as ADM's reference files hold; those of a run's data set. */
async function openReal(
  globals: Globals,
  options: GenerationOptions & { readonly run: FoundRun | undefined },
): Promise<{
  readonly reference?: ReferenceStatistics;
  readonly images?: ImageSource;
}> {
  const { real: path, run, limit } = options;
  const source = sourceOf(options);
  if (path === undefined || !isImages(path)) {
    if (path === undefined && !run)
      throw new UserError(
        "--real: expected what samples in files are compared with, got none; give a folder, an .npz, or a " +
          "generator run, whose real images are meant",
      );
    const of = path === undefined ? run! : findRun(globals.runs, "generator", path);
    return { images: await openReference(of, { limit }) };
  }
  if (extname(path) !== ".npz") return { images: await openImages(path, source) };
  const { names, read } = await openNpz(path);
  const statistics = names.filter((name) => /^(mu|sigma)(_s)?$|^fqgan_protocol$/.test(name));
  const arrays = Object.fromEntries(
    await Promise.all(statistics.map(async (name) => [name, await read(name)] as const)),
  );
  return {
    ...(statistics.includes("mu") && { reference: readReference(arrays, path) }),
    ...(names.includes("arr_0") && { images: await openImages(path, source) }),
    ...(!statistics.includes("mu") && { images: await openImages(path, source) }),
  };
}

export async function evaluateStatistics(
  globals: Globals,
  options: SourceOptions & ProtocolOptions & { readonly images: string; readonly out: string },
): Promise<number> {
  const { images: path, out } = options;
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
  const images = await openImages(path, sourceOf(options));
  const made = await referenceFile({
    images,
    extractor: protocol.extractor,
    onImages: progress.update,
    keep: keeping(globals),
  });
  progress.close();
  writeFileSync(out, made.bytes);
  made.forget();
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
  evaluation.forget();
  const computed = evaluation.outcomes.some(({ results }) => results.length > 0);
  return computed ? EXIT.done : EXIT.failed;
}
