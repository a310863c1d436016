import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  codesInParts,
  type DataRecord,
  findRun,
  planCodes,
  readCodes,
  readSummary,
} from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { dataConfig } from "../input/data-config.js";
import { writeNpy } from "../output/write-npy.js";
import type { Globals } from "../program.js";
import type { ExtractCodesOptions } from "./extract-codes-options.js";
import { type RunningOptions, runWithProgress } from "./run-stages.js";

export async function extractCodes(
  globals: Globals,
  options: ExtractCodesOptions & RunningOptions,
): Promise<number> {
  const { crops, range, batch, shard, npy } = options;
  const { config: source } = findRun(globals.runs, "tokenizer", options.from);
  const trained = source.config as { data: DataRecord; model: { image: { size: number } } };
  if (range !== undefined && crops !== "ten-crop")
    throw new UserError("--range: is for --crops ten-crop; leave it out, or take ten crops");
  const stage = planCodes(
    {
      tokenizer: source.id,
      codes: {
        data:
          options.data === undefined
            ? trained.data
            : dataConfig({ data: options.data, size: trained.model.image.size }),
        crops: { name: crops, ...(range !== undefined && { range }) },
        ...(batch !== undefined && { batchSize: batch }),
        ...(shard !== undefined && { shardImages: shard }),
      },
    },
    "extract-codes",
  );
  const label = `codes of ${source.label}`;
  const { code } = await runWithProgress(globals, [{ ...stage, label }], options);
  if (code !== EXIT.done) return code;
  const folder = join(globals.runs, stage.id);
  const files = npy === undefined ? [] : writeArrays(folder, npy);
  const summary = readSummary(folder);
  if (globals.json)
    process.stdout.write(
      `${JSON.stringify({ id: stage.id, folder, files, ...summary?.metrics }, null, 2)}\n`,
    );
  else process.stdout.write(`${[...files, `run ${folder}`].join("\n")}\n`);
  return code;
}

/** Codes [images, crops, positions] and labels [images] of every split as NumPy files. */
function writeArrays(run: string, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return Object.entries(readCodes(run).splits).flatMap(([name, split]) => {
    const { count, crops, positions, labels } = split;
    const path = (what: string) => join(folder, `${name}_${what}.npy`);
    for (const [codebook, length] of Object.entries(positions))
      writeNpy(path(codebook), {
        dtype: "int32",
        shape: [count, crops, length],
        parts: codesInParts(split, codebook),
      });
    writeNpy(path("labels"), { ...labels, parts: [labels.data] });
    return [...Object.keys(positions), "labels"].map(path);
  });
}
