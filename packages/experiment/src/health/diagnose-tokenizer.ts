import { evaluationBatches, type Split } from "@fqgan/data";
import { firstRows } from "@fqgan/metrics";
import { CodebookStats, diagnoseCodebook, type MutualInformation } from "@fqgan/quantizer";
import type { Tokenizer } from "@fqgan/tokenizer";
import type { CodebookDiagnosis } from "./diagnosis.js";

/** What a tokenizer's codebooks are like on a data set. */
export interface TokenizerDiagnosis {
  readonly codebooks: readonly CodebookDiagnosis[];
  /** Between codebooks that describe the same positions. */
  readonly mutualInformation: readonly MutualInformation[];
  readonly images: number;
}

/** Above this share of the smaller one's information, two codebooks say the same thing. */
const REDUNDANT = 0.5;

/** Encodes images of a split and judges the codebooks by their use. */
export async function diagnoseTokenizer(options: {
  readonly tokenizer: Tokenizer;
  readonly split: Split;
  readonly batchSize: number;
  readonly limit: number;
  readonly onImages?: (done: number, total: number) => void;
}): Promise<TokenizerDiagnosis> {
  const { tokenizer, split, batchSize, limit, onImages } = options;
  const groups = groupsOf(tokenizer);
  const total = Math.min(limit, split.count);
  let images = 0;
  for await (const { images: batch, count } of evaluationBatches(split, batchSize, total)) {
    const codes = await tokenizer.encode(batch);
    for (const { names, stats } of groups) {
      const own = names.map((name) => [name, firstRows(codes[name]!, count).data as Int32Array]);
      stats.add(Object.fromEntries(own));
    }
    images += count;
    onImages?.(images, total);
  }
  const reports = groups.map(({ names, stats }) => ({ names, report: stats.report() }));
  const information = reports.flatMap(({ report }) => report.mutualInformation);
  const codebooks = reports.flatMap(({ names, report }) =>
    names.map((codebook): CodebookDiagnosis => {
      const { size, used, perplexity } = report.codebooks[codebook]!;
      const seen = { positions: report.positions, used, perplexity };
      const findings = diagnoseCodebook(size, seen);
      const redundant = information
        .filter(({ between }) => between[0] === codebook)
        .filter(({ between, millerMadowBits }) => {
          const bits = between.map((name) => report.codebooks[name]!.bits);
          return millerMadowBits > REDUNDANT * Math.min(...bits) && Math.min(...bits) > 0;
        })
        .map(({ between, millerMadowBits }) => ({
          symptom: "factors-redundant" as const,
          evidence: `${between[1]} tells ${millerMadowBits.toFixed(2)} bits of it`,
        }));
      return {
        codebook,
        size,
        latest: { on: `${split.name}, ${images} images`, ...seen },
        findings: [...findings, ...redundant].map((it) => ({ ...it, source: "measured" })),
      };
    }),
  );
  return { codebooks, mutualInformation: information, images };
}

/** Codebooks that share their positions are counted together. */
function groupsOf(tokenizer: Tokenizer) {
  const byGrid = new Map<string, Record<string, number>>();
  for (const [name, { size, grid }] of Object.entries(tokenizer.codebooks)) {
    const key = grid.join("×");
    byGrid.set(key, { ...byGrid.get(key), [name]: size });
  }
  return [...byGrid.values()].map((sizes) => ({
    names: Object.keys(sizes),
    stats: new CodebookStats(sizes),
  }));
}
