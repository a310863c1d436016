import { resolve } from "node:path";
import { datasets } from "@fqgan/data";
import type { DataRecord } from "@fqgan/experiment";

/** `--data`: a data set's name, or else a folder. */
export function dataConfig({ data, size }: { data: string; size?: number }): DataRecord {
  const sized = size === undefined ? {} : { size };
  return datasets.names().includes(data) && data !== "folder"
    ? { name: data, ...sized }
    : { name: "folder", path: resolve(data), ...sized };
}
