import {
  findRun,
  listRunFolders,
  readEvents,
  readMetrics,
  readRunConfig,
  readRunStatus,
  readSummary,
} from "@fqgan/experiment";

/** Every run under a folder: what it is, how far it is, what came out. */
export const overview = (runs: string) =>
  listRunFolders(runs).map((folder) => {
    const { id, kind, label } = readRunConfig(folder);
    return { id, kind, label, status: readRunStatus(folder), ...readSummary(folder)?.metrics };
  });

/** One tokenizer's training. @param name an id, a part of one, a folder, or `<sweep>/<point>` */
export function training(runs: string, name?: string) {
  const { folder, config } = findRun(runs, "tokenizer", name);
  const rows = readMetrics(folder); // { step, time, elapsedMs, "train/loss": …, "validation/psnr": … }
  const curve = (metric: string) =>
    rows.flatMap((row) => (metric in row ? [[row.step, row[metric]!] as const] : []));
  const { metrics, protocols } = readSummary(folder)!;
  return {
    seed: config.seed,
    loss: curve("train/loss"),
    psnr: metrics["test/psnr"],
    measuredOn: protocols["test/psnr"], // { split, images, … }: what the number may be compared with
    warnings: readEvents(folder).filter(({ type }) => type === "warning"),
  };
}
