import { createLoader, evaluationBatches, loadDataset } from "@fqgan/data";
import { createKey } from "@fqgan/tensor";

const { splits, description } = await loadDataset({ name: "emoji", size: 64 });

export { description };

// training: any step, at any time; the same key and step give the same batch
const loader = createLoader(splits.train, { batchSize: 16, key: createKey(0) });
export const { images, labels } = await loader.batch(1234); // [16, 64, 64, 3] in [-1, 1], [16]

// evaluation: every image once, in order
export let seen = 0;
for await (const batch of evaluationBatches(splits.validation, 50)) seen += batch.count;
