import { join } from "node:path";
import { type DatasetConfig, loadDataset, type SplitName } from "@fqgan/data";
import {
  evaluateTokenizer,
  findRun,
  loadJudge,
  loadRunTokenizer,
  readTaught,
  scoresOf,
  warnOfTeachers,
} from "@fqgan/experiment";
import { metrics } from "@fqgan/metrics";
import type { StrategyConfig } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { imageProgress, keeping } from "../output/image-progress.js";
import { summaryLines } from "../output/summary.js";
import type { Globals } from "../program.js";

export async function evaluate(
  globals: Globals,
  options: {
    readonly from?: string;
    readonly split: SplitName;
    readonly metric?: readonly string[];
  },
): Promise<number> {
  const run = findRun(globals.runs, "tokenizer", options.from);
  const config = run.config.config as {
    data: DatasetConfig;
    evaluate: { batchSize: number; extractor: StrategyConfig; metrics: StrategyConfig[] };
  };
  const chosen =
    options.metric?.map((name) => metrics.parse({ name }, "--metric").config) ??
    config.evaluate.metrics;
  const judge = await loadJudge({ ...config.evaluate, metrics: chosen });
  const tokenizer = await loadRunTokenizer(run.folder);
  const dataset = await loadDataset(config.data);
  const split = dataset.splits[options.split];
  const progress = imageProgress(globals);
  const { results, images, forget } = await evaluateTokenizer({
    tokenizer,
    split,
    batchSize: config.evaluate.batchSize,
    metrics: chosen,
    judge,
    onImages: progress.update,
    keep: { ...keeping(globals), data: config.data, folder: join(run.folder, "evaluation") },
  });
  progress.close();
  await dataset.close();
  const scores = scoresOf(results, {
    of: options.split,
    split: options.split,
    images,
    set: `${options.split} ${images}`,
    fid: "rFID",
  });
  const summary = {
    ...scores,
    protocols: warnOfTeachers(scores.protocols, readTaught(run.folder)),
  };
  process.stdout.write(
    globals.json
      ? `${JSON.stringify({ run: run.config.id, ...summary }, null, 2)}\n`
      : `${summaryLines(summary).join("\n")}\n`,
  );
  forget();
  return EXIT.done;
}
