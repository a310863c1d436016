import { basename } from "node:path";
import { readEvents, readRunConfig, readSummary, readUsage } from "@fqgan/experiment";
import type { CodebooksView, CodebookView } from "./api-types.js";

/** Rows of the heat map: more codes than this share a row. */
const HEAT_ROWS = 256;

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** exp of the entropy of the choice of code: how many codes would be as varied if used alike. */
function perplexityOf(counts: readonly number[]): number {
  const total = sum(counts);
  if (total === 0) return 0;
  let entropy = 0;
  for (const count of counts) if (count > 0) entropy -= (count / total) * Math.log(count / total);
  return Math.exp(entropy);
}

/** Shares of the codes in a fixed order, neighbours joined where there are more than `HEAT_ROWS`. */
function shares(counts: readonly number[], order: readonly number[]): number[] {
  const rows = Math.min(HEAT_ROWS, order.length);
  const total = Math.max(1, sum(counts));
  return Array.from({ length: rows }, (_, row) => {
    const codes = order.slice(
      Math.floor((row * order.length) / rows),
      Math.floor(((row + 1) * order.length) / rows),
    );
    return sum(codes.map((code) => counts[code] ?? 0)) / total;
  });
}

/** Use of every codebook of a tokenizer run over whole evaluation sets, and what was said about its health. */
export function viewCodebooks(folder: string): CodebooksView {
  const usage = readUsage(folder);
  const names = [...new Set(usage.map(({ codebook }) => codebook))];
  const metrics = readSummary(folder)?.metrics ?? {};
  const codebooks = names.map((name): CodebookView => {
    const rows = usage.filter(({ codebook }) => codebook === name);
    const last = rows.at(-1)!;
    const size = last.counts.length;
    const order = last.counts
      .map((_, code) => code)
      .sort((a, b) => last.counts[b]! - last.counts[a]!);
    const timeline = rows.filter(({ counts, split }) => counts.length === size && split !== "test");
    return {
      name,
      size,
      split: last.split,
      step: last.step,
      chosen: sum(last.counts),
      dead: last.counts.filter((count) => count === 0).length,
      perplexity: perplexityOf(last.counts),
      ranked: order.map((code) => ({ code, count: last.counts[code]! })),
      heat: timeline.map(({ step, counts }) => ({
        step,
        shares: shares(counts, order),
        used: counts.filter((count) => count > 0).length,
        perplexity: perplexityOf(counts),
      })),
    };
  });
  const about = /usage|perplexity|joint|mutualInformation|entropy|bitsPerImage/i;
  return {
    run: basename(folder),
    label: readRunConfig(folder).label,
    codebooks,
    facts: Object.fromEntries(Object.entries(metrics).filter(([name]) => about.test(name))),
    warnings: readEvents(folder)
      .filter(({ type, code }) => type === "warning" && code !== undefined)
      .map(({ message, step, code }) => ({
        message,
        code: code!,
        ...(step !== undefined && { step }),
      })),
  };
}
