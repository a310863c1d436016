import { type Dataset, type DatasetConfig, loadDataset } from "@fqgan/data";
import type { StageContext } from "./stage.js";

/** Files named in a warning; the rest is counted. */
const NAMED = 5;

/** Loads a data set, showing how far it is, and says which files could not be read. */
export async function openDataset(
  config: DatasetConfig,
  { progress, warn }: Pick<StageContext<unknown>, "progress" | "warn">,
): Promise<Dataset> {
  const dataset = await loadDataset(config, {
    onProgress: (step, total) =>
      progress({ phase: "data", step, total, ratePerSecond: null, secondsLeft: null }),
  });
  const { rejected } = dataset;
  if (rejected.length > 0) {
    const named = rejected.slice(0, NAMED).map(({ path, reason }) => `${path} (${reason})`);
    const more = rejected.length > NAMED ? ` and ${rejected.length - NAMED} more` : "";
    warn({
      code: "unreadable-images",
      message: `${rejected.length} files left out: ${named.join("; ")}${more}`,
    });
  }
  return dataset;
}
