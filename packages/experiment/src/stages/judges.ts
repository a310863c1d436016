import {
  type Extractor,
  extractors,
  loadExtractor,
  loadPerceptualDistance,
  type PerceptualDistance,
  perceptualDistances,
} from "@fqgan/features";
import { metrics } from "@fqgan/metrics";
import type { StrategyConfig } from "@fqgan/registry";
import * as z from "zod";
import { checkJudge } from "./judge.js";

/** Networks beside the one that judges, for whoever wants more than one opinion. */
export const opinionsSchema = {
  judges: z
    .record(
      z.string().regex(/^[a-z][A-Za-z0-9]*$/, "expected a camelCase name for a judge"),
      z.strictObject({ extractor: extractors.schema, metrics: z.array(metrics.schema).min(1) }),
    )
    .optional()
    .describe("further networks that judge, each by metrics of its own: `test/<name>.fid`"),
  perceptual: perceptualDistances.schema
    .optional()
    .describe("network that the metric lpips compares pairs with"),
};

/** A further judge and what is asked of it. */
export interface Opinion {
  readonly name: string;
  readonly judge: Extractor;
  readonly metrics: readonly StrategyConfig[];
}

export interface Opinions {
  readonly others: readonly Opinion[];
  readonly perceptual: PerceptualDistance | undefined;
  dispose(): void;
}

type Config = z.output<z.ZodObject<typeof opinionsSchema>>;

/** Loads what a config's `judges` and `perceptual` name. */
export async function loadOpinions({ judges = {}, perceptual }: Config): Promise<Opinions> {
  const others: Opinion[] = [];
  for (const [name, { extractor, metrics: wanted }] of Object.entries(judges)) {
    const judge = await loadExtractor(extractor);
    await checkJudge(judge, { metrics: wanted, where: `evaluate.judges.${name}.metrics` });
    others.push({ name, judge, metrics: wanted });
  }
  const distance = perceptual && (await loadPerceptualDistance(perceptual));
  return {
    others,
    perceptual: distance,
    dispose() {
      for (const { judge } of others) judge.dispose();
      distance?.dispose();
    },
  };
}
