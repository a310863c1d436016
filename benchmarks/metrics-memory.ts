/**
 * What the features of many images cost in memory: synthetic rows are streamed through the metrics as a pass over
 * images does it, and the process tells its resident memory on the way and at its highest.
 *
 *   npx tsx --conditions=@fqgan/source benchmarks/metrics-memory.ts [metrics] [images] [dimensions]
 *   … benchmarks/metrics-memory.ts fid,kid 50000 2048
 */
import { createMetrics } from "@fqgan/metrics";
import { createKey, fold, hostTensor, uniform } from "@fqgan/tensor";

const [names = "fid", images = "50000", dimensions = "2048"] = process.argv.slice(2);
const [count, columns] = [Number(images), Number(dimensions)];
const BATCH = 50;
const TOLD_EVERY = 10_000;

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString("en")} MiB`;
const tell = (what: string) =>
  process.stdout.write(`${what.padEnd(28)} ${megabytes(process.memoryUsage.rss())}\n`);

const key = createKey(1);
const rows = (side: string, batch: number) =>
  hostTensor(uniform(fold(key, side, batch), BATCH * columns), [BATCH, columns]);

const extractor = { name: "uniform numbers", hash: "none", dimensions: columns };
const metrics = createMetrics(
  // The full-set estimate alone, as the protocols have it: a hundred subsets would only take longer.
  names.split(",").map((name) => (name === "kid" ? { name, subsets: 0 } : { name })),
  { extractor },
);
tell("before the first image");
const start = performance.now();
for (let seen = 0; seen < count; seen += BATCH) {
  const batch = seen / BATCH;
  metrics.update({ features: { real: rows("real", batch), fake: rows("fake", batch) } });
  if ((seen + BATCH) % TOLD_EVERY === 0)
    tell(`${(seen + BATCH).toLocaleString("en")} images a side`);
}
const streamed = performance.now();
const results = await metrics.compute();
tell("after computing");
for (const { metric, values } of results)
  process.stdout.write(`${metric.padEnd(28)} ${JSON.stringify(values)}\n`);
process.stdout.write(
  `${"highest".padEnd(28)} ${megabytes(1024 * process.resourceUsage().maxRSS)}\n` +
    `${Math.round((streamed - start) / 1000)} s of streaming (making the rows included), ` +
    `${Math.round((performance.now() - streamed) / 1000)} s of computing\n`,
);
