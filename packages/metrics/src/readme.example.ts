import { createMetric, createMetrics, decodeNpz, encodeNpz } from "@fqgan/metrics";
import { createKey, hostTensor, normal } from "@fqgan/tensor";

// any features will do; a pass over real images takes them from @fqgan/features
const rows = (seed: number, shift: number) =>
  hostTensor(
    normal(createKey(seed), 200 * 8).map((value) => value + shift),
    [200, 8],
  );
const extractor = { name: "eight normal numbers", hash: "none", dimensions: 8 };

// several metrics share one pass; each takes what it needs of a batch
const judged = createMetrics([{ name: "fid" }, { name: "precision-recall", k: 5 }], { extractor });
for (const seed of [1, 2, 3])
  judged.update({ features: { real: rows(seed, 0), fake: rows(seed + 10, 0.5) } });
export const [fid, manifold] = await judged.compute();
// fid.values.fid is near 8 · 0.5² = 2; fid.protocol says of which features, and of how many samples

// statistics merge: shards of a set, or the part before an interruption
const usage = () => createMetric({ name: "codebook-usage" }, { codebooks: { visual: 16 } });
const [shard, whole] = [usage(), usage()];
shard.update({ codes: { visual: hostTensor(Int32Array.of(0, 1, 1, 2), [1, 4]) } });
whole.merge(decodeNpz(encodeNpz(shard.state()), "shard.npz"));
whole.update({ codes: { visual: hostTensor(Int32Array.of(3, 3, 3, 3), [1, 4]) } });
export const { values } = await whole.compute(); // visual.usage 0.25, visual.perplexity
