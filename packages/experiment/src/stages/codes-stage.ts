import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { cropPlans, type Dataset, type Split, type View } from "@fqgan/data";
import { toSignedUnit } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import { hostTensor } from "@fqgan/tensor";
import { loadTokenizer, type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import type { z } from "zod";
import { codesStageSchema } from "../config/stage-configs.js";
import { writeFileAtomic } from "../store/atomic-file.js";
import { type CodesHeader, type CodesShard, encodeShard, shardPath } from "./codes-file.js";
import { openDataset } from "./open-dataset.js";
import { passOver } from "./pass.js";
import { defineStage, type StageContext } from "./stage.js";

type Context = StageContext<z.output<typeof codesStageSchema>>;

/** Where a run keeps its finished model. */
export const modelFile = (folder: string): string =>
  join(folder, "checkpoints", "model.safetensors");

/** The finished model of a tokenizer run. */
export const loadRunTokenizer = (folder: string): Promise<Tokenizer> =>
  loadTokenizer(modelFile(folder));

/** Writes the codes of every split of a data set with a trained tokenizer, shard by shard. */
export const codesStage = defineStage({
  kind: "codes",
  revision: 2,
  schema: codesStageSchema,
  describe: ({ data, crops }) =>
    [data.name, data.size, crops.name === "centre" ? undefined : crops.name]
      .filter(Boolean)
      .join(" "),
  async run(context) {
    const { run, config, input } = context;
    const tokenizer = await loadRunTokenizer(input("tokenizer").folder);
    if (!tokenizer.hasCodes)
      throw new UserError(
        `${input("tokenizer").folder}: expected a tokenizer with codebooks, got one with continuous ` +
          "latents, which has no codes to extract; train a generator on another",
      );
    const dataset = await openDataset(config.data, context);
    try {
      run.rewind({ step: -1, elapsedMs: 0 });
      mkdirSync(join(run.path, "codes"), { recursive: true });
      const sizes = Object.entries(tokenizer.codebooks).map(([name, { size }]) => [name, size]);
      const header: CodesHeader = {
        vocabularies: Object.fromEntries(sizes),
        grid: tokenizer.grid,
        classes: dataset.classes,
        tokenizerHash: await tokenizerHash(tokenizer),
      };
      const views = cropPlans.get(config.crops.name).views(config.crops, dataset.size);
      await writeSplits(context, { tokenizer, dataset, header, views });
      const images = Object.values(dataset.splits).reduce((sum, { count }) => sum + count, 0);
      return {
        metrics: { images, crops: views.length, bitsPerImage: tokenizer.bitsPerImage },
        protocols: {},
      };
    } finally {
      tokenizer.dispose();
      await dataset.close();
    }
  },
});

/** Crops are for training: other splits are written as they are evaluated. */
const viewsOf = (split: Split, views: readonly View[]): readonly View[] =>
  split.name === "train" ? views : [{ flip: false }];

async function writeSplits(
  context: Context,
  work: {
    readonly tokenizer: Tokenizer;
    readonly dataset: Dataset;
    readonly header: CodesHeader;
    readonly views: readonly View[];
  },
): Promise<void> {
  const { run, config } = context;
  const { tokenizer, dataset, header, views } = work;
  const splits = Object.values(dataset.splits);
  const total = splits.reduce((sum, split) => sum + split.count * viewsOf(split, views).length, 0);
  const report = passOver("encode", context);
  let step = 0;
  const advance = (rows: number) => {
    step += rows;
    report(step, total);
  };
  for (const split of splits) {
    const own = viewsOf(split, views);
    for (let start = 0, index = 0; start < split.count; start += config.shardImages, index++) {
      const path = shardPath(run.path, split.name, index);
      const count = Math.min(config.shardImages, split.count - start);
      if (existsSync(path)) {
        // Written before this stage was interrupted; shards appear whole or not at all.
        step += count * own.length;
        continue;
      }
      const { batchSize } = config;
      const options = { tokenizer, split, start, count, views: own, batchSize, advance };
      const shard = await encodeImages(options);
      const place = { split: split.name, start, total: split.count };
      writeFileAtomic(path, encodeShard({ ...header, ...place, ...shard }));
    }
  }
}

/** Codes of `count` images from `start` on, every view of each, in batches of one shape. */
async function encodeImages(options: {
  readonly tokenizer: Tokenizer;
  readonly split: Split;
  readonly start: number;
  readonly count: number;
  readonly views: readonly View[];
  readonly batchSize: number;
  readonly advance: (rows: number) => void;
}): Promise<Pick<CodesShard, "codes" | "labels">> {
  const { tokenizer, split, start, count, views, batchSize, advance } = options;
  const rows = count * views.length;
  const codes = Object.entries(tokenizer.codebooks).map(([name, { grid }]) => {
    const positions = grid[0] * grid[1];
    return { name, positions, data: new Int32Array(rows * positions) };
  });
  /** Images and views of a batch; the last row is repeated until it is full. */
  const isPlain = views.every(({ flip, crop }) => !flip && !crop);
  const read = (first: number) => {
    const wanted = Array.from({ length: batchSize }, (_, i) => Math.min(first + i, rows - 1));
    const images = wanted.map((row) => start + Math.floor(row / views.length));
    // Without views a split may take the pixels that it has.
    if (isPlain) return split.images(images);
    return split.images(
      images,
      wanted.map((row) => views[row % views.length]!),
    );
  };
  const prepare = (first: number) => {
    const reading = read(first);
    reading.catch(() => {}); // thrown when it is awaited
    return reading;
  };
  let next = prepare(0);
  for (let first = 0; first < rows; first += batchSize) {
    const pixels = await next;
    if (first + batchSize < rows) next = prepare(first + batchSize);
    const sides = [batchSize, split.size, split.size, 3];
    const encoded = await tokenizer.encode(hostTensor(toSignedUnit(pixels), sides));
    const counted = Math.min(batchSize, rows - first);
    for (const { name, positions, data } of codes)
      data.set(encoded[name]!.data.subarray(0, counted * positions), first * positions);
    advance(counted);
  }
  const written = codes.map(
    ({ name, positions, data }) =>
      [name, hostTensor(data, [count, views.length, positions])] as const,
  );
  return {
    codes: Object.fromEntries(written),
    labels: hostTensor(split.labels.slice(start, start + count)),
  };
}
