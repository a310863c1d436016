import { type Dataset, type DatasetConfig, loadDataset, type RejectedFile } from "@fqgan/data";
import { passOver } from "./pass.js";
import type { StageContext } from "./stage.js";

/** Files named in a warning; the rest is counted. */
const NAMED = 5;

/** Loads a data set, showing how far it is, and says which files could not be read. */
export async function openDataset(
  config: DatasetConfig,
  { progress, signal, warn }: Pick<StageContext<unknown>, "progress" | "signal" | "warn">,
): Promise<Dataset> {
  const dataset = await loadDataset(config, {
    onProgress: passOver("data", { progress, signal }),
  });
  warnOfUnreadable(dataset.rejected, { what: "left out", warn });
  return dataset;
}

/** Names some of the files that could not be read; says nothing where there are none. */
export function warnOfUnreadable(
  files: readonly RejectedFile[],
  { what, warn }: Pick<StageContext<unknown>, "warn"> & { readonly what: string },
): void {
  if (files.length === 0) return;
  const named = files.slice(0, NAMED).map(({ path, reason }) => `${path} (${reason})`);
  const more = files.length > NAMED ? ` and ${files.length - NAMED} more` : "";
  warn({
    code: "unreadable-images",
    message: `${files.length} files ${what}: ${named.join("; ")}${more}`,
  });
}
