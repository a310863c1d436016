import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluationBatches } from "@fqgan/data";
import { firstRows } from "@fqgan/metrics";
import { hostTensor } from "@fqgan/tensor";
import { decodeTokenizer, type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import { codesStageSchema } from "../config/stage-configs.js";
import { writeFileAtomic } from "../store/atomic-file.js";
import { type CodesSplit, encodeCodes } from "./codes-file.js";
import { openDataset } from "./open-dataset.js";
import { defineStage } from "./stage.js";

/** The finished model of a tokenizer run. */
export async function loadRunTokenizer(folder: string): Promise<Tokenizer> {
  const path = join(folder, "checkpoints", "model.safetensors");
  return decodeTokenizer(readFileSync(path), path);
}

/** Writes the codes of every split of a data set with a trained tokenizer. */
export const codesStage = defineStage({
  kind: "codes",
  revision: 1,
  schema: codesStageSchema,
  describe: ({ data }) => [data.name, data.size].filter(Boolean).join(" "),
  async run(context) {
    const { run, config, input, signal, progress } = context;
    const tokenizer = await loadRunTokenizer(input("tokenizer").folder);
    const dataset = await openDataset(config.data, context);
    try {
      run.rewind({ step: -1, elapsedMs: 0 });
      const splits = Object.values(dataset.splits);
      const total = splits.reduce((sum, { count }) => sum + count, 0);
      const written: Record<string, CodesSplit> = {};
      let step = 0;
      for (const split of splits) {
        const positions = tokenizer.grid ** 2;
        const codes = Object.fromEntries(
          Object.keys(tokenizer.codebooks).map((name) => [
            name,
            new Int32Array(split.count * positions),
          ]),
        );
        let row = 0;
        for await (const { images, count } of evaluationBatches(split, config.batchSize)) {
          if (signal.aborted) return "stopped";
          for (const [name, rows] of Object.entries(await tokenizer.encode(images)))
            codes[name]!.set(firstRows(rows, count).data, row * positions);
          row += count;
          step += count;
          progress({ phase: "encode", step, total, ratePerSecond: null, secondsLeft: null });
        }
        written[split.name] = {
          codes: Object.fromEntries(
            Object.entries(codes).map(([name, data]) => [
              name,
              hostTensor(data, [split.count, positions]),
            ]),
          ),
          labels: hostTensor(split.labels),
        };
      }
      const sizes = Object.entries(tokenizer.codebooks).map(([name, { size }]) => [name, size]);
      writeFileAtomic(
        join(run.path, "codes.safetensors"),
        encodeCodes({
          vocabularies: Object.fromEntries(sizes),
          grid: [tokenizer.grid, tokenizer.grid],
          classes: dataset.classes,
          tokenizerHash: await tokenizerHash(tokenizer),
          splits: written,
        }),
      );
      return { metrics: { images: total, bitsPerImage: tokenizer.bitsPerImage }, protocols: {} };
    } finally {
      tokenizer.dispose();
      await dataset.close();
    }
  },
});
