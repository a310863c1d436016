import type { Dataset } from "@fqgan/data";
import type { Extractor } from "@fqgan/features";
import { CodebookStats } from "@fqgan/quantizer";
import { createKey, fold } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import * as z from "zod";
import type { Protocol, Summary } from "../schema/run-format.js";
import { replacements } from "./ablation.js";
import { type FactorCodes, factorCodes } from "./factor-codes.js";
import { type BySplit, probeClasses, probeNumbers } from "./probes.js";
import { Redrawer } from "./redraw.js";
import { type SquaredCosines, squaredCosines } from "./squared-cosines.js";

/** What to find out about a tokenizer's factors. */
export const factorsSchema = z.strictObject({
  ablate: z
    .array(z.enum(Object.keys(replacements) as [string, ...string[]]))
    .default(Object.keys(replacements))
    .describe("what takes the place of one factor's code vectors while the others stay"),
});

/**
 * What each factor of a finished tokenizer holds and is needed for, on the test split: linear probes for
 * class and colour, mutual information between codebooks, joint usage, squared cosines between factors, and what is left without a factor.
 */
export async function factorSummary(options: {
  readonly tokenizer: Tokenizer;
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly judge: Extractor | undefined;
  readonly config: z.output<typeof factorsSchema>;
}): Promise<Summary> {
  const { tokenizer, dataset, batchSize } = options;
  const { train, validation, test } = dataset.splits;
  const codes: BySplit<FactorCodes> = {
    train: await factorCodes(tokenizer, train, batchSize),
    validation: await factorCodes(tokenizer, validation, batchSize),
    test: await factorCodes(tokenizer, test, batchSize),
  };
  const metrics = {
    ...probes(tokenizer, codes, dataset.classes.length),
    ...sharedInformation(tokenizer, codes.test),
    ...orthogonality(tokenizer, codes.test),
    ...(tokenizer.factors.length > 1 && (await ablations(options, codes))),
  };
  const of = { split: "test", images: test.count };
  const protocolOf = (name: string): Protocol => {
    if (name.startsWith("ablated."))
      return { ...of, ...(options.judge && { extractor: options.judge.name }) };
    return name.startsWith("mutualInformation") ? { ...of, unit: "bits a position" } : of;
  };
  const named = Object.entries(metrics).map(([name, value]) => [name, value] as const);
  return {
    metrics: Object.fromEntries(named.map(([name, value]) => [`test/${name}`, value])),
    protocols: Object.fromEntries(named.map(([name]) => [`test/${name}`, protocolOf(name)])),
  };
}

function probes(
  { factors }: Tokenizer,
  codes: BySplit<FactorCodes>,
  classes: number,
): Record<string, number> {
  const bySplit = <T>(pick: (one: FactorCodes) => T): BySplit<T> => ({
    train: pick(codes.train),
    validation: pick(codes.validation),
    test: pick(codes.test),
  });
  const labels = bySplit((one) => one.labels);
  const colours = bySplit((one) => one.colours);
  const scores: Record<string, number> = {};
  for (const name of factors) {
    const x = bySplit((one) => one.vectors[name]!);
    const known = probeClasses(x, labels, classes);
    if (known !== undefined) scores[`probe.class.${name}`] = known;
    scores[`probe.colour.${name}`] = probeNumbers(x, colours);
  }
  const [first, last] = [factors[0]!, factors.at(-1)!];
  if (first === last) return scores;
  // How much more the last factor says of the class, and the first of colour: 0 where they are alike.
  const advantage = (what: string, of: string, over: string) => {
    const [own, other] = [scores[`probe.${what}.${of}`], scores[`probe.${what}.${over}`]];
    return own === undefined || other === undefined
      ? {}
      : { [`specialisation.${what}`]: own - other };
  };
  return { ...scores, ...advantage("class", last, first), ...advantage("colour", first, last) };
}

function sharedInformation(
  { codebooks }: Tokenizer,
  { codes }: FactorCodes,
): Record<string, number> {
  const names = Object.keys(codebooks);
  const lengths = new Set(names.map((name) => codes[name]!.length));
  // Scales have different grids, continuous latents no codes.
  if (names.length < 2 || lengths.size > 1) return {};
  const sizes = names.map((name) => [name, codebooks[name]!.size] as const);
  const stats = new CodebookStats(Object.fromEntries(sizes));
  stats.add(codes);
  const report = stats.report();
  const pairs = report.mutualInformation.map(({ between: [a, b], millerMadowBits: bits }) => {
    const most = Math.min(...[a, b].map((name) => report.codebooks[name]!.millerMadowBits));
    return { bits, share: most > 0 ? bits / most : 0 };
  });
  const mean = (of: "bits" | "share") =>
    pairs.reduce((sum, pair) => sum + pair[of], 0) / pairs.length;
  return {
    ...(report.joint && {
      "joint.usage": report.joint.usage,
      "joint.perplexity": report.joint.perplexity,
    }),
    ...(pairs.length > 0 && {
      mutualInformation: mean("bits"),
      "mutualInformation.share": mean("share"),
    }),
  };
}

/** Means over pairs of factors, where their vectors are of one space and grid. */
function orthogonality({ factors }: Tokenizer, { vectors }: FactorCodes): Record<string, number> {
  const all = factors.map((name) => vectors[name]!);
  const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const));
  const comparable = pairs.every(
    ([a, b]) => a.dimensions === b.dimensions && a.columns === b.columns,
  );
  if (pairs.length === 0 || !comparable) return {};
  const found = pairs.map(([a, b]) => squaredCosines(a.data, b.data, a.dimensions));
  const mean = (of: keyof SquaredCosines) =>
    found.reduce((sum, one) => sum + one[of], 0) / found.length;
  return {
    "squaredCosine.paired": mean("paired"),
    "squaredCosine.independent": mean("independent"),
  };
}

async function ablations(
  options: Parameters<typeof factorSummary>[0],
  codes: BySplit<FactorCodes>,
): Promise<Record<string, number>> {
  const { tokenizer, dataset, batchSize, judge, config } = options;
  const redrawer = new Redrawer({ tokenizer, split: dataset.splits.test, batchSize, judge });
  const own = Object.entries(codes.test.vectors).map(([name, { data }]) => [name, data] as const);
  const plain = Object.fromEntries(own);
  const found: Record<string, number> = {};
  const note = (name: string, { psnr, agreement }: { psnr: number; agreement?: number }) => {
    found[`ablated.${name}.psnr`] = psnr;
    if (agreement !== undefined) found[`ablated.${name}.agreement`] = agreement;
  };
  note("nothing", await redrawer.draw(plain));
  for (const factor of tokenizer.factors)
    for (const way of config.ablate) {
      const replaced = replacements[way]!({
        own: codes.test.vectors[factor]!,
        train: codes.train.vectors[factor]!,
        key: fold(createKey(0), "ablation", factor),
      });
      note(`${factor}.${way}`, await redrawer.draw({ ...plain, [factor]: replaced }));
    }
  redrawer.dispose();
  return found;
}
