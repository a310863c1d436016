import { defineRegistry } from "@fqgan/registry";
import type {
  Dataset,
  DatasetConfig,
  DatasetRegistry,
  DatasetStrategy,
  LoadSettings,
} from "./dataset.js";
import { emoji } from "./strategies/emoji.js";
import { folder } from "./strategies/folder.js";

/** All data sets by name. */
export const datasets: DatasetRegistry = defineRegistry<DatasetStrategy>("data set", [
  emoji,
  folder,
]);

/** Loads the data set that a config names: `{ name: "emoji", size: 64 }`. */
export async function loadDataset(
  config: DatasetConfig,
  settings: LoadSettings = {},
): Promise<Dataset> {
  const { strategy, config: complete } = datasets.parse(config);
  return strategy.load(complete, settings);
}
