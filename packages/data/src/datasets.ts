import { defineRegistry } from "@fqgan/registry";
import type { Dataset, DatasetConfig, DatasetRegistry, DatasetStrategy } from "./dataset.js";
import { emoji } from "./strategies/emoji.js";

/** All data sets by name. */
export const datasets: DatasetRegistry = defineRegistry<DatasetStrategy>("data set", [emoji]);

/** Loads the data set that a config names: `{ name: "emoji", size: 64 }`. */
export function loadDataset(config: DatasetConfig): Promise<Dataset> {
  const { strategy, config: complete } = datasets.parse(config);
  return strategy.load(complete);
}
