import { loadDataset, requireImages, splitCounts } from "@fqgan/data";
import {
  type CodebookDiagnosis,
  type DiagnosedFinding,
  diagnoseRun,
  diagnoseTokenizer,
  findStartedRun,
  NEWEST,
  readRunStatus,
} from "@fqgan/experiment";
import { type MutualInformation, symptoms } from "@fqgan/quantizer";
import { UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { dataConfig } from "../input/data-config.js";
import { isCheckpoint, openTokenizer } from "../open-tokenizer.js";
import { align } from "../output/align.js";
import { imageProgress } from "../output/image-progress.js";
import { createStyle, type Style } from "../output/style.js";
import type { Globals } from "../program.js";

interface Explained {
  readonly name: string;
  readonly status?: string;
  readonly codebooks: readonly CodebookDiagnosis[];
  readonly mutualInformation?: readonly MutualInformation[];
}

/** What is wrong with a tokenizer's codebooks: from a run's records, or measured on images. */
export async function explain(
  globals: Globals,
  what: string | undefined,
  options: { readonly data?: string; readonly images: number },
): Promise<number> {
  const { data } = options;
  if (data === undefined && what !== undefined && isCheckpoint(what))
    throw new UserError(
      `${what}: expected --data with a checkpoint, which has no record of its training; ` +
        "add --data and a data set or a folder of images",
    );
  const explained =
    data === undefined
      ? explainRun(globals, what)
      : await explainOn(globals, what, { data, images: options.images });
  const style = createStyle(process.stdout);
  process.stdout.write(
    globals.json
      ? `${JSON.stringify(withAdvice(explained), null, 2)}\n`
      : `${describe(explained, style).join("\n")}\n`,
  );
  return EXIT.done;
}

function explainRun({ runs }: Globals, what: string | undefined): Explained {
  const { folder, config } = findStartedRun(runs, "tokenizer", what);
  return {
    name: `${config.label} (${config.id})`,
    status: readRunStatus(folder),
    codebooks: diagnoseRun(folder),
  };
}

async function explainOn(
  globals: Globals,
  what: string | undefined,
  { data, images }: { readonly data: string; readonly images: number },
): Promise<Explained> {
  const { tokenizer, name } = await openTokenizer(globals.runs, what ?? NEWEST);
  const { size } = tokenizer.config.image;
  const progress = imageProgress(globals);
  const dataset = await loadDataset(dataConfig({ data, size }) as { name: string });
  try {
    requireImages(dataset.name, splitCounts(dataset), ["test"]);
    const { codebooks, mutualInformation } = await diagnoseTokenizer({
      tokenizer,
      split: dataset.splits.test,
      batchSize: 16,
      limit: images,
      onImages: progress.update,
    });
    return { name, codebooks, mutualInformation };
  } finally {
    progress.close();
    tokenizer.dispose();
    await dataset.close();
  }
}

/** Findings with what people and programs need to act on them. */
const withAdvice = (explained: Explained) => ({
  ...explained,
  codebooks: explained.codebooks.map((codebook) => ({
    ...codebook,
    findings: codebook.findings.map((finding) => ({ ...finding, ...symptoms[finding.symptom] })),
  })),
});

function describe({ name, status, codebooks, mutualInformation }: Explained, style: Style) {
  if (codebooks.length === 0)
    return [
      `${name}: nothing recorded about codebooks yet; wait for its first validation, or measure with --data`,
    ];
  const findings = codebooks.flatMap((it) => it.findings.map((found) => ({ it, found })));
  return [
    style.bold(status === undefined ? name : `${name}: ${status}`),
    "",
    ...useTable(codebooks),
    ...(mutualInformation ?? []).map(
      ({ between, millerMadowBits }) =>
        `${between.join(" and ")} share ${millerMadowBits.toFixed(2)} bits of a position`,
    ),
    ...findings.flatMap(({ it, found }) => ["", ...findingLines(it.codebook, found, style)]),
    ...(findings.length === 0 ? ["", style.green("no codebook is sick")] : []),
  ];
}

function useTable(codebooks: readonly CodebookDiagnosis[]): string[] {
  const rows = codebooks.map(({ codebook, size, latest }) => {
    if (!latest) return [codebook, "", "", "", "nothing recorded"];
    const { used, perplexity, positions, on, step } = latest;
    const place = step === undefined ? on : `${on} at step ${step}`;
    return [
      codebook,
      String(size),
      `${used} (${Math.round((100 * used) / size)} %)`,
      perplexity.toFixed(1),
      `${place}, ${positions} positions`,
    ];
  });
  return align([["codebook", "codes", "used", "perplexity", "on"], ...rows]);
}

const SOURCES: Readonly<Record<DiagnosedFinding["source"], string>> = {
  training: "told while it trained",
  history: "seen in its validations",
  measured: "as it is now",
};

function findingLines(codebook: string, finding: DiagnosedFinding, style: Style): string[] {
  const { symptom, evidence, step, source } = finding;
  const { title, cause, advice } = symptoms[symptom];
  const when = step === undefined ? SOURCES[source] : `step ${step}, ${SOURCES[source]}`;
  return [
    `${style.yellow("!")} ${style.bold(`${codebook}: ${title}`)} (${evidence}; ${when})`,
    `  likely cause: ${cause}`,
    "  what to try:",
    ...advice.flatMap(({ try: what, source: paper }) => [`  - ${what}`, `    ${style.dim(paper)}`]),
  ];
}
