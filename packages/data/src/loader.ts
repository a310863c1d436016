import { toSignedUnit } from "@fqgan/image";
import { fold, type HostTensor, hostTensor, type Key, permutation } from "@fqgan/tensor";
import { type Augmentation, drawView } from "./augmentation.js";
import type { Split } from "./dataset.js";

/** One training batch; the shapes never change. */
export interface Batch {
  /** [B, S, S, 3] float32 in [-1, 1] */
  readonly images: HostTensor;
  /** [B] int32 */
  readonly labels: HostTensor;
  /** [B] positions in the split */
  readonly indices: Int32Array;
}

export interface LoaderOptions {
  readonly batchSize: number;
  /** Decides the order and the views. */
  readonly key: Key;
  /** Default: none. */
  readonly augmentation?: Partial<Augmentation>;
  /** How many following batches are prepared ahead of time; default 2. */
  readonly prefetch?: number;
}

/** Training batches by step number: to resume, ask for the next step. */
export interface Loader {
  readonly batchSize: number;
  /** Steps until every image was seen once; not a whole number in general. */
  readonly stepsPerEpoch: number;
  /** Batch of a step (0, 1, …): the same key and step always give the same batch. */
  batch(step: number): Promise<Batch>;
}

/**
 * Endless shuffled batches of a split. Epoch e visits the images in the order of the permutation of
 * `fold(key, "epoch", e)`; epochs follow one another without a gap, so a batch may span two.
 */
export function createLoader(split: Split, options: LoaderOptions): Loader {
  const { batchSize, key, prefetch = 2 } = options;
  const augmentation: Augmentation = { crop: 1, flip: false, ...options.augmentation };
  const augments = augmentation.crop > 1 || augmentation.flip;
  const orders = new Map<number, Uint32Array>();
  const ready = new Map<number, Promise<Batch>>();

  const orderOf = (epoch: number): Uint32Array => {
    const known = orders.get(epoch);
    if (known) return known;
    if (orders.size > 2) orders.clear();
    const order = permutation(fold(key, "epoch", epoch), split.count);
    orders.set(epoch, order);
    return order;
  };

  const prepare = async (step: number): Promise<Batch> => {
    const visits = Array.from({ length: batchSize }, (_, i) => step * batchSize + i);
    const indices = Int32Array.from(
      visits,
      (visit) => orderOf(Math.floor(visit / split.count))[visit % split.count]!,
    );
    const views = augments
      ? visits.map((visit) => drawView(fold(key, "view", visit), split.size, augmentation))
      : undefined;
    const pixels = await split.images(indices, views);
    return {
      images: hostTensor(toSignedUnit(pixels), [batchSize, split.size, split.size, 3]),
      labels: hostTensor(
        Int32Array.from(indices, (index) => split.labels[index]!),
        [batchSize],
      ),
      indices,
    };
  };

  const request = (step: number): Promise<Batch> => {
    const known = ready.get(step);
    if (known) return known;
    const batch = prepare(step);
    batch.catch(() => {}); // reported to whoever asks for this step
    ready.set(step, batch);
    return batch;
  };

  return {
    batchSize,
    stepsPerEpoch: split.count / batchSize,
    batch(step) {
      for (const other of ready.keys())
        if (other < step || other > step + prefetch) ready.delete(other);
      const batch = request(step);
      for (let ahead = 1; ahead <= prefetch; ahead++) request(step + ahead);
      ready.delete(step);
      return batch;
    },
  };
}
